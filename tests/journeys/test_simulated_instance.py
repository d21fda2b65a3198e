"""The life of an instance through the REST door alone, on simulated hosts: from sign-in to the last second counted."""

from datetime import timedelta

import pytest

from cloudportal.core import clock
from cloudportal.demo import machinery
from cloudportal.demo.client import Client, Refused
from cloudportal.demo.personas import NEIGHBOUR, ROOT_ADMIN, TENANT
from cloudportal.demo.seeding import seed
from cloudportal.demo.seeding.catalogue import Image
from cloudportal.drivers.simulated.world import SimulatedWorld
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "only for this story"


@pytest.fixture
def moment(monkeypatch):
    """A clock that stands still until it is set on."""
    held = [clock.now()]
    monkeypatch.setattr(clock, "now", lambda: held[0])

    def pass_by(**length):
        held[0] += timedelta(**length)

    return pass_by


@pytest.fixture
def world(tmp_path, monkeypatch):
    """The demonstration's small world, connected."""
    monkeypatch.setenv("PORTAL_TEMPLATE_SOURCES", str(tmp_path))
    image = tmp_path / "blank.raw"
    image.write_bytes(bytes(1024 * 1024))
    seeded = seed(lambda name: PASSWORD, machinery.simulated(tmp_path), Image(image, "raw"))
    run_jobs()
    return seeded


@pytest.fixture
def sign_in(live_server):
    def enter(persona):
        client = Client(int(live_server.url.rpartition(":")[2]))
        client.sign_in(persona.domain, persona.username, PASSWORD)
        return client

    return enter


def deploy(tenant, world):
    answer = tenant.post(
        "instances/",
        {
            "name": "rocket",
            "zone": str(world.places.zone.uuid),
            "template": str(world.catalogue.template.uuid),
            "offering": str(world.catalogue.offering.uuid),
        },
    )
    return f"instances/{answer['instance']['uuid']}/", f"jobs/{answer['job']['uuid']}/"


def do(client, address, verb, **values):
    """A verb and all the work that it makes; the instance as it is afterwards."""
    client.post(f"{address}{verb}/", values)
    run_jobs()
    return client.get(address)


def running_seconds(client, address):
    uuid = address.split("/")[1]
    now = clock.now()
    window = {"since": (now - timedelta(days=1)).isoformat(), "until": (now + timedelta(days=1)).isoformat()}
    lines = client.get("usage/", **window, meter="running-instance", subject=uuid)
    return sum(line["seconds"] for line in lines["results"])


def test_an_instance_lives_and_every_second_of_it_counts(world, sign_in, moment):
    tenant = sign_in(TENANT)
    address, job = deploy(tenant, world)
    run_jobs()
    assert [step["state"] for step in tenant.get(job)["steps"]] == ["done"] * 6
    assert tenant.get(address)["state"] == "running"
    moment(hours=1)
    assert do(tenant, address, "stop")["state"] == "stopped"
    moment(hours=5)
    assert do(tenant, address, "start")["state"] == "running"
    moment(seconds=7)
    assert do(tenant, address, "reboot")["state"] == "running"
    moment(seconds=1)
    assert do(tenant, address, "destroy")["state"] == "destroyed"
    moment(hours=2)
    assert running_seconds(tenant, address) == 3608


def test_what_is_expunged_is_gone_from_the_world_and_from_the_limits(world, sign_in):
    tenant = sign_in(TENANT)
    address, _ = deploy(tenant, world)
    run_jobs()
    assert used(tenant)["instances"] == 1
    assert do(tenant, address, "destroy", expunge=True)["state"] == "expunged"
    assert set(used(tenant).values()) == {0}
    effects = SimulatedWorld(world.places.hosts[0].settings["world"]).effects()
    assert [one.operation for one in effects if one.subject == address.split("/")[1]][-1] == "remove_guest"


def used(tenant):
    account = tenant.get("accounts/", name="engineering")["results"][0]
    limits = tenant.get(f"accounts/{account['uuid']}/limits/")
    return {limit["resource"]: limit["used"] for limit in limits["results"]}


def test_a_neighbour_sees_nothing_of_it_and_an_operator_sees_where_it_runs(world, sign_in):
    address, _ = deploy(sign_in(TENANT), world)
    run_jobs()
    neighbour = sign_in(NEIGHBOUR)
    assert neighbour.get("instances/")["results"] == []
    with pytest.raises(Refused):
        neighbour.get(address)
    with pytest.raises(Refused):
        neighbour.post(f"{address}stop/")
    shown = sign_in(ROOT_ADMIN).get(address)
    assert (shown["state"], shown["host"]["name"]) == ("running", "simulated-1")
