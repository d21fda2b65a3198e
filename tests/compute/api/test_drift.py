"""What the reconciler found, at the REST door."""

import pytest

from compute import states
from compute.api.drift import DRIFTS
from compute.models import Instance
from tests.support import factories
from tests.support.clients import RestClient
from tests.support.factories_compute import deployed, fresh, make_cloud
from tests.support.suites.rest import (
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
)

MOMENT = "2030-01-01T00:00:00+00:00"


def finding(kind="gone", **values):
    return {
        "kind": kind,
        "host_id": None,
        "host_name": "h1",
        "sentence": "It should run and is not there.",
        "times": 2,
        "first_seen_at": MOMENT,
        "last_seen_at": MOMENT,
        "confirmed_at": MOMENT,
        "is_ignored": False,
        **values,
    }


class TestDrifts(ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders):
    resource = DRIFTS
    reader = writer = "root_admin"
    strangers = ("user", "domain_admin")
    missing = {"name": "none", "search": "none", "kind": "twice"}

    def prepare(self):
        self.cloud = make_cloud()

    def make(self, number=0):
        cloud = self.cloud
        return Instance.objects.create(
            account=factories.account_of(self.personas.user),
            zone=cloud.zone,
            offering=cloud.offering,
            host=cloud.host,
            name=factories.numbered("vm"),
            state=states.RUNNING,
            cpus=1,
            cpu_mhz=1000,
            memory_mib=512,
            drift=finding(),
        )

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "kind": "gone",
            "host": row.host.uuid,
            "zone": row.zone.uuid,
            "account": row.account.uuid,
        }

    def test_an_ignored_finding_stays_in_sight(self):
        row = self.make()
        answer = self.client(self.writer).post(self.address_of(row, "ignore"))
        assert (answer.status_code, answer.json()["finding"]["is_ignored"]) == (200, True)


@pytest.fixture
def personas(db):
    return factories.make_personas()


@pytest.fixture
def root(personas):
    return RestClient(personas.root_admin)


def test_what_works_in_the_background_answers_with_its_job(root, personas):
    instance = deployed(make_cloud(), personas.user)
    Instance.objects.filter(pk=instance.pk).update(drift=finding())
    answer = root.post(f"drifts/{instance.uuid}/repair/")
    assert (answer.status_code, answer.json()["job"]["kind"]) == (202, "instance.repair")


def test_where_rows_are_all_there_is_to_change_nothing_is_left_to_show(root, personas):
    instance = deployed(make_cloud(), personas.user)
    silent = finding("silent") | {"host_id": instance.host_id}
    Instance.objects.filter(pk=instance.pk).update(drift=silent)
    assert root.post(f"drifts/{instance.uuid}/accept/").status_code == 204
    assert fresh(instance).state == states.STOPPED
    assert root.get(f"drifts/{instance.uuid}/").status_code == 404


def test_a_host_is_compared_with_its_rows_at_once(root, personas):
    cloud = make_cloud()
    deployed(cloud, personas.user)
    answer = root.post(f"hosts/{cloud.host.uuid}/reconcile/")
    assert answer.status_code == 200, answer.content
    assert (answer.json()["hosts"], answer.json()["instances"]) == (1, 1)
    assert root.post(f"hosts/{cloud.host.uuid}/reconcile/?plan=1").status_code == 400
    assert RestClient(personas.domain_admin).post(f"hosts/{cloud.host.uuid}/reconcile/").status_code == 403
