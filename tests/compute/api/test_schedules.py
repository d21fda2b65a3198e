"""Schedules of instances at the REST door."""

from compute.api.schedules import INSTANCE_SCHEDULES
from compute.models import Instance
from tests.support import factories, factories_compute, factories_infra
from tests.support.suites.rest import (
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
)


class TestInstanceSchedules(
    ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders
):
    resource = INSTANCE_SCHEDULES
    missing = {"name": "none", "search": "none", "verb": "reboot", "is_enabled": "false"}

    def make(self, number=0):
        instance = Instance.objects.create(
            account=factories.account_of(self.personas.user),
            zone=factories_infra.make_zone(),
            offering=factories_compute.make_offering(),
            name=factories.numbered("vm"),
            state="running",
            cpus=1,
            cpu_mhz=1000,
            memory_mib=512,
        )
        return factories_compute.make_schedule(instance)

    def matching(self, row):
        return {
            "name": row.name,
            "search": row.name,
            "verb": "stop",
            "is_enabled": "true",
            "instance": row.instance.uuid,
            "account": row.instance.account.uuid,
        }

    def test_a_schedule_is_made_shown_in_words_changed_and_deleted(self):
        client = self.client(self.writer)
        values = {
            "instance": str(self.make().instance.uuid),
            "name": "weekdays",
            "verb": "start",
            "expression": "30 7 * * 1-5",
            "time_zone": "Europe/Berlin",
        }
        made = client.post(self.address, values)
        assert made.status_code == 201, made.content
        assert "07:30" in made.json()["sentence"] and "Europe/Berlin" in made.json()["sentence"]
        address = f"{self.address}{made.json()['uuid']}/"
        assert client.patch(address, {"is_enabled": False}).json()["next_run_at"] is None
        assert client.delete(address).status_code == 204
