"""Schedules of snapshots at the REST door."""

from storage.api.schedules import SNAPSHOT_SCHEDULES
from storage.models import Volume
from tests.support import factories
from tests.support import factories_infra as infra
from tests.support.suites.rest import (
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
)


class TestSnapshotSchedules(
    ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders
):
    resource = SNAPSHOT_SCHEDULES
    missing = {"interval": "weekly", "is_enabled": "false"}

    def prepare(self):
        self.pool = infra.make_pool()

    def volume(self):
        return Volume.objects.create(
            account=factories.account_of(self.personas.user),
            zone=self.pool.zone,
            pool=self.pool,
            name=factories.numbered("volume"),
            size_bytes=2**30,
            state="ready",
        )

    def make(self, number=0):
        return infra.make_snapshot_schedule(self.volume())

    def matching(self, row):
        return {
            "interval": "daily",
            "is_enabled": "true",
            "volume": row.volume.uuid,
            "account": row.volume.account.uuid,
        }

    def test_a_schedule_is_made_changed_and_deleted(self):
        client = self.client(self.writer)
        values = {
            "volume": str(self.volume().uuid),
            "interval": "weekly",
            "day": 7,
            "keep": 4,
            "time_zone": "UTC",
        }
        made = client.post(self.address, values)
        assert made.status_code == 201, made.content
        address = f"{self.address}{made.json()['uuid']}/"
        assert client.patch(address, {"keep": 9}).json()["keep"] == 9
        assert client.delete(address).status_code == 204
