"""Snapshots of instances at the REST door."""

from compute import states
from compute.api.instance_snapshots import INSTANCE_SNAPSHOTS
from compute.models import InstanceSnapshot
from tests.support.factories_compute import deployed, make_cloud, make_instance_snapshot
from tests.support.suites.rest import (
    AnswersWithJob,
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
    RefusesWrongState,
)


class TestInstanceSnapshots(
    ReadsOwnRows,
    CannotSeeOthers,
    NeedsPermission,
    FiltersByEverything,
    PagesAndOrders,
    RefusesWrongState,
    AnswersWithJob,
):
    resource = INSTANCE_SNAPSHOTS
    table = states.SNAPSHOT
    missing = {
        "name": "none",
        "search": "none",
        "state": "failed",
        "has_memory": "false",
        "is_current": "true",
    }

    def prepare(self):
        self.instance = deployed(make_cloud(), self.personas.user)

    def make(self, number=0):
        return make_instance_snapshot(self.instance)

    def ready(self, change):
        return make_instance_snapshot(deployed(make_cloud(), self.personas.user))

    def states_against(self, action):
        # A deleted snapshot is found by nobody.
        return [state for state in super().states_against(action) if state != states.DELETED]

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "state": "ready",
            "has_memory": "true",
            "is_current": "false",
            "instance": row.instance.uuid,
            "account": row.instance.account.uuid,
        }

    def test_a_snapshot_is_taken(self):
        values = {"instance": str(self.instance.uuid), "name": "first", "with_memory": True}
        answer = self.client(self.writer).post(self.address, values)
        assert answer.status_code == 202, answer.content
        shown = answer.json()["instance_snapshot"]
        assert (shown["name"], shown["state"], shown["instance"]["name"]) == (
            "first",
            "taking",
            self.instance.name,
        )
        assert InstanceSnapshot.objects.get().has_memory
