"""Alerts, events and meter marks."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from django.core import mail

from cloudportal.core.caller import Caller, Owner
from cloudportal.core.permissions import RoleKind, Rule
from cloudportal.core.secrets import Secret
from cloudportal.events import alerts, meters, records
from cloudportal.events.models import Alert, Event, MeterMark
from cloudportal.events.records import About

pytestmark = pytest.mark.django_db
OWNER = Owner(1, uuid4(), "acme", "/1/")


def make_caller():
    return Caller(
        kind=RoleKind.ROOT_ADMIN,
        owner=OWNER,
        domain_id=1,
        domain_path="/1/",
        rule_sets=((Rule("*", True),),),
        user_name="ann",
        source_address="192.0.2.7",
        door="api",
    )


@dataclass
class Thing:
    name: str = "thing"
    uuid: UUID = field(default_factory=uuid4)


def test_an_alert_is_raised_once_and_counted():
    for _ in range(3):
        alerts.raise_alert("host-silent", "host:1", "Host one does not answer.")
    alert = Alert.objects.get()
    assert (alert.times, alert.is_open) == (3, True)


def test_a_cleared_alert_can_be_raised_anew():
    first = alerts.raise_alert("host-silent", "host:1", "Silent.")
    assert alerts.clear_alert("host-silent", "host:1")
    assert not alerts.clear_alert("host-silent", "host:1")
    assert alerts.raise_alert("host-silent", "host:1", "Silent.").pk != first.pk


def test_a_person_can_clear_an_alert():
    alert = alerts.clear(make_caller(), alerts.raise_alert("disk-full", "pool:1", "Full."))
    assert (alert.is_open, alert.cleared_by) == (False, "ann")


def test_an_open_alert_is_mailed_once():
    alerts.raise_alert("host-silent", "host:1", "Host one does not answer.")
    assert alerts.mail_new(["ops@example.org"]) == 1
    assert alerts.mail_new(["ops@example.org"]) == 0
    assert "Host one does not answer." in mail.outbox[0].subject


def test_an_alert_that_could_not_be_mailed_is_tried_again(monkeypatch):
    def refuse(*_, **__):
        raise ConnectionRefusedError

    alerts.raise_alert("host-silent", "host:1", "Silent.")
    with monkeypatch.context() as patch, pytest.raises(ConnectionRefusedError):
        patch.setattr(alerts, "send_mail", refuse)
        alerts.mail_new(["ops@example.org"])
    assert alerts.mail_new(["ops@example.org"]) == 1


def test_an_event_says_who_from_where_and_what_changed():
    thing = Thing()
    about = About("thing", thing.uuid, thing.name, OWNER.account_uuid, "/1/")
    records.record(make_caller(), "THING.EDIT", about, before={"size": 1}, after={"size": 2})
    event = Event.objects.get()
    assert (event.user_name, event.source_address, event.door) == ("ann", "192.0.2.7", "api")
    assert (event.before, event.after) == ({"size": 1}, {"size": 2})


def test_a_secret_is_masked_in_an_event():
    records.record(make_caller(), "THING.EDIT", About(), after={"password": Secret("swordfish")})
    assert Event.objects.get().after == {"password": "********"}


def test_a_meter_starts_and_stops_once():
    thing = Thing()
    for _ in range(2):
        meters.start(meters.VOLUME, thing, OWNER, {"size_bytes": 5})
    assert meters.is_running(meters.VOLUME, thing.uuid)
    for _ in range(2):
        meters.stop(meters.VOLUME, thing, OWNER)
    assert [mark.starts for mark in MeterMark.objects.all()] == [True, False]


def test_clearing_an_alert_says_who_did_it():
    alert = alerts.raise_alert("disk-full", "pool:1", "Full.")
    alerts.clear(make_caller(), alert)
    alerts.clear(make_caller(), alert)
    event = Event.objects.get()
    assert (event.type, event.user_name, event.subject_uuid) == ("ALERT.ARCHIVE", "ann", alert.uuid)
