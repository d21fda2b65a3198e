"""Events and alerts at the REST door."""

from cloudportal.events import alerts, records
from cloudportal.events.api import ALERTS, EVENTS
from cloudportal.events.models import Event
from cloudportal.events.records import About
from tests.support import factories
from tests.support.suites.rest import (
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
)

LONG_AGO, FAR_OFF = "2000-01-01T00:00:00Z", "2999-01-01T00:00:00Z"


class TestEvents(ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders):
    resource = EVENTS
    missing = {
        "type": "NONE",
        "level": "error",
        "search": "none",
        "created_at_from": FAR_OFF,
        "created_at_until": LONG_AGO,
    }

    def make(self, number=0):
        owner = factories.account_of(self.personas.user).owner
        about = About("thing", owner.account_uuid, f"thing {number}", owner.account_uuid, owner.domain_path)
        made = records.record(self.personas.user, "THING.CREATE", about, job_uuid=owner.account_uuid)
        return Event.objects.get(pk=made.pk)

    def matching(self, row):
        return {
            "type": row.type,
            "level": "info",
            "search": "thing",
            "subject": row.subject_uuid,
            "account": row.account_uuid,
            "user": row.user_uuid,
            "job": row.job_uuid,
            "created_at_from": LONG_AGO,
            "created_at_until": FAR_OFF,
        }


class TestAlerts(ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders):
    resource = ALERTS
    reader = writer = "root_admin"
    strangers = ("user", "domain_admin")
    missing = {
        "code": "none",
        "is_open": "false",
        "created_at_from": FAR_OFF,
        "created_at_until": LONG_AGO,
    }

    def make(self, number=0):
        key = factories.numbered("key")
        about = About("host", self.personas.user.owner.account_uuid, "h1")
        return alerts.raise_alert("host-unreachable", key, "The host h1 does not answer.", about=about)

    def matching(self, row):
        return {
            "code": row.code,
            "is_open": "true",
            "subject": row.subject_uuid,
            "created_at_from": LONG_AGO,
            "created_at_until": FAR_OFF,
        }

    def test_an_operator_clears_an_alert_and_may_say_so_twice(self):
        row, client = self.make(), self.client(self.writer)
        first, second = (client.post(self.address_of(row, "clear")) for _ in range(2))
        assert (first.status_code, first.json()["is_open"]) == (200, False)
        assert second.json()["cleared_at"] == first.json()["cleared_at"]
