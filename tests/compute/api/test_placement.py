"""Affinity groups and dedications at the REST door."""

from compute.api.affinity import AFFINITY_GROUPS
from compute.api.dedications import DEDICATIONS
from tests.support.factories import account_of, make_account, make_domain
from tests.support.factories_compute import make_affinity_group, make_cloud, make_dedication, stopped
from tests.support.suites.rest import (
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
)

NOWHERE = "7f1f3c1e-0000-4000-8000-000000000000"


class TestAffinityGroups(ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders):
    resource = AFFINITY_GROUPS
    missing = {
        "name": "none",
        "search": "none",
        "kind": "affinity",
        "is_strict": "false",
        "instance": NOWHERE,
    }

    def prepare(self):
        self.cloud = make_cloud()

    def make(self, number=0):
        owner = self.personas.user
        group = make_affinity_group(account_of(owner))
        group.instances.add(self.instance())
        return group

    def instance(self):
        self.known = getattr(self, "known", None) or stopped(self.cloud, self.personas.user)
        return self.known

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "kind": row.kind,
            "is_strict": "true",
            "instance": str(self.instance().uuid),
            "account": str(row.account.uuid),
            "domain": str(row.account.domain.uuid),
        }

    def test_an_instance_is_put_into_other_groups(self):
        group, instance = make_affinity_group(account_of(self.personas.user)), self.instance()
        address = f"instances/{instance.uuid}/change-affinity/"
        answer = self.client("user").post(address, {"affinity_groups": [str(group.uuid)]})
        assert [one["uuid"] for one in answer.json()["affinity_groups"]] == [str(group.uuid)]


class TestDedications(ReadsOwnRows, NeedsPermission, FiltersByEverything, PagesAndOrders):
    resource = DEDICATIONS
    reader = writer = "root_admin"
    missing = {"is_confining": "true", "kind": "zone"}

    def make(self, number=0):
        cloud = make_cloud()
        return make_dedication(make_account(), host=cloud.host)

    def matching(self, row):
        return {
            "kind": "host",
            "place": str(row.host.uuid),
            "domain": str(row.domain.uuid),
            "account": str(row.account.uuid),
            "is_confining": "false",
        }

    def test_a_place_is_dedicated_and_released(self):
        cloud, client = make_cloud(), self.client("root_admin")
        values = {"cluster": str(cloud.cluster.uuid), "domain": str(make_domain().uuid)}
        made = client.post(self.address, values)
        assert (made.status_code, made.json()["kind"]) == (201, "cluster")
        assert client.delete(f"{self.address}{made.json()['uuid']}/").status_code == 204
