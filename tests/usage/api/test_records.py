"""Usage at the REST door."""

from datetime import timedelta

import pytest

from cloudportal.core import clock
from cloudportal.events import meters
from tests.support import factories
from tests.support import factories_infra as infra
from tests.support.clients import RestClient
from tests.support.suites.rest import (
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
)
from usage import ledger
from usage.api.records import USAGE_RECORDS
from usage.models import UsageInterval


def counted(caller, zone, seconds=60):
    """A thing of the caller that counted for so long until now, folded into the ledger."""
    volume = infra.make_disk_offering()
    owner = factories.account_of(caller).owner
    now = clock.now()
    began = now - timedelta(seconds=seconds)
    meters.start(meters.VOLUME, volume, owner, {"bytes": 1}, zone_uuid=zone.uuid, at=began)
    meters.stop(meters.VOLUME, volume, owner, at=now)
    ledger.fold()
    return UsageInterval.objects.get(subject_uuid=volume.uuid)


class TestRecords(ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders):
    resource = USAGE_RECORDS
    missing = {
        "meter": "template",
        "is_open": "true",
        "started_at_from": "2999-01-01T00:00:00Z",
        "started_at_until": "2000-01-01T00:00:00Z",
    }

    def prepare(self):
        self.zone = infra.make_zone()

    def make(self, number=0):
        return counted(self.personas.user, self.zone)

    def matching(self, row):
        return {
            "meter": "volume",
            "subject": row.subject_uuid,
            "account": row.account_uuid,
            "zone": row.zone_uuid,
            "is_open": "false",
            "started_at_from": "2000-01-01T00:00:00Z",
            "started_at_until": "2999-01-01T00:00:00Z",
        }


@pytest.fixture
def personas(db):
    return factories.make_personas()


def window():
    now = clock.now()
    return {"since": (now - timedelta(hours=1)).isoformat(), "until": now.isoformat()}


def test_the_seconds_of_a_window_are_told_to_the_owner_and_nobody_else(personas):
    counted(personas.user, infra.make_zone(), seconds=90)
    lines = RestClient(personas.user).get("usage/", window()).json()["results"]
    assert [line["seconds"] for line in lines] == [90]
    assert RestClient(personas.neighbour).get("usage/", window()).json()["results"] == []


def test_a_window_has_two_ends(personas):
    client = RestClient(personas.user)
    for name in ("since", "until"):
        answer = client.get("usage/", {key: value for key, value in window().items() if key != name})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [name])


def test_an_operator_compares_the_records_with_their_marks_and_makes_them_anew(personas):
    record = counted(personas.user, infra.make_zone())
    root = RestClient(personas.root_admin)
    assert root.post("usage-records/verify/").json() == {"subjects": 1, "differences": []}
    rebuilt = root.post("usage-records/rebuild/", {"subject": str(record.subject_uuid)})
    assert (rebuilt.status_code, rebuilt.json()) == (200, {"records": 1})
    assert RestClient(personas.domain_admin).post("usage-records/verify/").status_code == 403
