"""Waits until workers have connected what seeding has only written down."""

import time
from collections.abc import Callable

from cloudportal.core.caller import Caller
from cloudportal.demo.seeding.catalogue import Catalogue
from cloudportal.demo.seeding.places import Places
from compute.topology import states as topology_states
from compute.topology.models import Host
from compute.topology.services import hosts
from compute.topology.services.hosts import HostChanges
from storage import states as storage_states

LOOK_SECONDS = 0.2


class NotReady(Exception):
    """Something did not get ready; the message says what, and why where that is known."""


def wait_until_ready(
    places: Places, catalogue: Catalogue, *, seconds: float, progress: Callable[[str], None]
) -> None:
    """Returns once hosts, pool and template may be used. Raises NotReady when one cannot be, or after `seconds`."""
    end = time.monotonic() + seconds
    while waiting := _waiting(places, catalogue):
        if time.monotonic() > end:
            raise NotReady(f"After {seconds:g} s still not ready: {', '.join(waiting)}.")
        progress(", ".join(waiting))
        time.sleep(LOOK_SECONDS)


def remember_acceleration(caller: Caller, host: Host) -> None:
    """Writes down how guests were found to run on this host, which each process would find out anew for seconds."""
    found = host.facts.get("acceleration")
    if host.settings.get("acceleration") == "auto" and found:
        hosts.update(caller, host, HostChanges(settings={"acceleration": found}))


def _waiting(places: Places, catalogue: Catalogue) -> list[str]:
    waiting = []
    for host in places.hosts:
        host.refresh_from_db()
        _demand(host.state != topology_states.UNREACHABLE, f"the host {host.name}", host.reason)
        if host.state == topology_states.CONNECTING:
            waiting.append(f"host {host.name}")
    pool, template = places.pool, catalogue.template
    pool.refresh_from_db()
    _demand(pool.state != storage_states.DISABLED, f"the storage pool {pool.name}", pool.reason)
    template.refresh_from_db()
    _demand(template.state != storage_states.ERROR, f"the template {template.name}", "")
    if pool.state == storage_states.CONNECTING:
        waiting.append(f"storage pool {pool.name}")
    if template.state == storage_states.FETCHING:
        waiting.append(f"template {template.name}")
    return waiting


def _demand(is_well: bool, what: str, reason: str) -> None:
    if not is_well:
        raise NotReady(f"It was not possible to use {what}. {reason}".strip())
