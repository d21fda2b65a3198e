"""Hosts and drivers at the REST door."""

import pytest

from cloudportal.drivers.registry import DRIVERS
from compute.topology import states
from compute.topology.api.hosts import HOSTS
from compute.topology.models import Host
from tests.support.clients import RestClient
from tests.support.factories import make_personas
from tests.support.factories_infra import make_cluster, make_host, new_place, place_settings
from tests.support.jobs import run_jobs
from tests.support.suites.rest import (
    AnswersWithJob,
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
    RefusesWrongState,
)


class TestHosts(
    ReadsOwnRows,
    CannotSeeOthers,
    NeedsPermission,
    FiltersByEverything,
    PagesAndOrders,
    RefusesWrongState,
    AnswersWithJob,
):
    resource = HOSTS
    table = states.HOST
    reader = writer = "root_admin"
    strangers = ("user", "domain_admin")
    missing = {"name": "none", "search": "none", "state": "disabled", "driver": "kvm"}

    def make(self, number=0):
        return make_host()

    def ready(self, change):
        return make_host(state=states.UNREACHABLE)

    def matching(self, row):
        cluster = row.cluster
        return {
            "name": row.name,
            "search": row.name,
            "state": "up",
            "driver": "simulator",
            "cluster": cluster.uuid,
            "pod": cluster.pod.uuid,
            "zone": cluster.pod.zone.uuid,
        }

    def test_a_host_is_added_asked_and_taken_out_of_use_and_back(self):
        client = self.client(self.writer)
        values = {
            "name": "h1",
            "cluster": str(make_cluster().uuid),
            "settings": place_settings(new_place()),
            "tags": ["ssd"],
        }
        answer = client.post("hosts/", values)
        assert answer.status_code == 202, answer.content
        assert answer.json()["host"]["state"] == "connecting"
        assert answer.json()["job"]["kind"] == "host.connect"
        run_jobs()
        address = f"hosts/{answer.json()['host']['uuid']}/"
        host = client.get(address).json()
        assert (host["state"], host["tags"]) == ("up", ["ssd"])
        assert "RunsGuests" in host["abilities"]
        verbs = (("disable", "disabled"), ("maintain", "maintenance"), ("enable", "up"))
        assert [client.post(f"{address}{verb}/").json()["state"] for verb, _ in verbs] == [
            to for _, to in verbs
        ]

    def test_a_setting_that_the_driver_does_not_have_is_named(self):
        values = {"name": "h1", "cluster": str(make_cluster().uuid), "settings": {"no_such": "x"}}
        answer = self.client(self.writer).post("hosts/", values)
        assert answer.status_code == 400
        assert "settings.no_such" in answer.json()["fields"]

    def test_a_secret_setting_goes_in_and_never_out(self):
        row = make_host(secrets='{"password": "hunter2"}')
        client = self.client(self.reader)
        assert "hunter2" not in client.get(self.address).content.decode()
        assert "hunter2" not in client.patch(self.address_of(row), {"tags": ["x"]}).content.decode()
        assert "hunter2" in Host.objects.get(pk=row.pk).secrets.reveal()


@pytest.fixture
def personas(db):
    return make_personas()


def test_every_driver_tells_what_it_must_be_told(personas):
    answer = RestClient(personas.root_admin).get("drivers/")
    found = {(one["kind"], one["name"]) for one in answer.json()["results"]}
    assert found == {(kind, name) for kind, names in DRIVERS.items() for name in names}
    kvm = next(one for one in answer.json()["results"] if one["name"] == "kvm")
    assert "RunsGuests" in kvm["abilities"]
    assert {"name", "label", "kind", "required", "secret", "scope", "help"} <= set(kvm["settings"][0])


def test_drivers_can_be_narrowed_to_a_kind(personas):
    client = RestClient(personas.root_admin)
    kinds = {one["kind"] for one in client.get("drivers/", {"kind": "storage"}).json()["results"]}
    assert kinds == {"storage"}
    assert client.get("drivers/", {"kind": "x"}).status_code == 400


def test_drivers_are_for_operators(personas):
    assert RestClient(personas.domain_admin).get("drivers/").status_code == 403
