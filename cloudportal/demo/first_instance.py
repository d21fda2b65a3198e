"""The first instance: deployed, or started again, by a tenant through the public API, until it answers."""

import http.client
import time
from collections.abc import Mapping
from typing import Any, Protocol

from cloudportal.demo.client import Client
from cloudportal.demo.seeding import World

NAME = "hello"
HTTP_PORT = 80
LOOK_SECONDS = 0.2
PROBE_SECONDS = 1.0
# What a closed life cycle leaves behind: of these a new instance is made.
GONE = {"destroyed", "destroying", "expunging", "expunged", "error"}


class Progress(Protocol):
    """Is told what is being done, and which share of it is."""

    def __call__(self, doing: str, *, share: float) -> None: ...


class NotThere(Exception):
    """The instance did not come up; the message says how far it came."""


def ensure_running(tenant: Client, world: World, *, seconds: float, progress: Progress) -> dict[str, Any]:
    """The tenant's instance as the API shows it, running. Raises Refused, and NotThere when that does not come true."""
    end = time.monotonic() + seconds
    instance = _known(tenant)
    if instance is None:
        instance = _deploy(tenant, world, end, progress)
    if instance["job"] is not None:
        _follow(tenant, instance["job"]["uuid"], end, progress)
        instance = _shown(tenant, instance)
    if instance["state"] == "stopped":
        started = tenant.post(f"instances/{instance['uuid']}/start/")
        _follow(tenant, started["job"]["uuid"], end, progress)
        instance = _shown(tenant, instance)
    if instance["state"] != "running":
        raise NotThere(f"The instance {NAME} is {instance['state']} instead of running.")
    return instance


def address_of(instance: Mapping[str, Any]) -> str:
    """The IP address of the instance's first NIC."""
    return str(instance["nics"][0]["ip"])


def wait_for_page(name: str, ip: str, *, seconds: float) -> None:
    """Returns once the guest's own page has its name on it. Raises NotThere after `seconds`."""
    end = time.monotonic() + seconds
    while name.encode() not in page_of(ip):
        if time.monotonic() > end:
            raise NotThere(f"The instance {name} runs, and did not answer at http://{ip}/ in time.")
        time.sleep(LOOK_SECONDS)


def page_of(ip: str) -> bytes:
    """What the guest there shows; empty while nothing answers."""
    connection = http.client.HTTPConnection(ip, HTTP_PORT, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return b""
    finally:
        connection.close()


def _known(tenant: Client) -> dict[str, Any] | None:
    found = tenant.get("instances/", name=NAME)["results"]
    return next((one for one in found if one["state"] not in GONE), None)


def _deploy(tenant: Client, world: World, end: float, progress: Progress) -> dict[str, Any]:
    values = {
        "name": NAME,
        "display_name": "The first one",
        "zone": str(world.places.zone.uuid),
        "template": str(world.catalogue.template.uuid),
        "offering": str(world.catalogue.offering.uuid),
    }
    answer = tenant.post("instances/", values)
    _follow(tenant, answer["job"]["uuid"], end, progress)
    return _shown(tenant, answer["instance"])


def _shown(tenant: Client, instance: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = tenant.get(f"instances/{instance['uuid']}/")
    return found


def _follow(tenant: Client, job_uuid: str, end: float, progress: Progress) -> None:
    """Returns when the job is done, telling its steps on the way."""
    while True:
        job = tenant.get(f"jobs/{job_uuid}/")
        if job["state"] == "done":
            return
        if job["ended_at"] is not None:
            raise NotThere(job["message"] or f"The job {job['kind']} ended as {job['state']}.")
        if time.monotonic() > end:
            raise NotThere(f"The job {job['kind']} is still {job['state']}.")
        doing = next((step["label"] for step in job["steps"] if step["state"] == "running"), job["state"])
        progress(doing, share=job["progress"] / 100)
        time.sleep(LOOK_SECONDS)
