"""Proving the ledger against the marks."""

from datetime import timedelta

import pytest

from cloudportal.core import clock
from cloudportal.core.errors import NotPermitted
from cloudportal.events import meters
from cloudportal.events.models import Alert, Event
from tests.support.factories import account_of, make_personas
from tests.usage.test_ledger import Thing
from usage import ledger, periodic
from usage.models import UsageInterval
from usage.services import verification

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    personas = make_personas()
    thing = Thing("web")
    owner = account_of(personas.user).owner
    began = clock.now() - timedelta(hours=1)
    meters.start(meters.RUNNING_INSTANCE, thing, owner, {"cpus": 1}, at=began)
    meters.stop(meters.RUNNING_INSTANCE, thing, owner, at=began + timedelta(seconds=100))
    ledger.fold()
    return personas, thing


def lengthen(seconds):
    row = UsageInterval.objects.get()
    row.ended_at += timedelta(seconds=seconds)
    row.save()


def test_a_sound_ledger_raises_no_alert(world):
    personas, _ = world
    found = verification.verify(personas.root_admin)
    assert (found.subjects, found.differences) == (1, ())
    assert not Alert.objects.exists()


def test_a_changed_record_raises_an_alert_that_names_the_thing(world):
    personas, thing = world
    lengthen(1)
    found = verification.verify(personas.root_admin)
    assert [one.subject_uuid for one in found.differences] == [thing.uuid]
    assert "web" in Alert.objects.get().sentence


def test_records_made_anew_agree_and_clear_the_alert(world):
    personas, thing = world
    lengthen(1)
    verification.verify(personas.root_admin)
    assert verification.rebuild(personas.root_admin, thing.uuid) == 1
    assert verification.verify(personas.root_admin).differences == ()
    assert Alert.objects.get().cleared_at
    assert Event.objects.filter(type="USAGE.REBUILD", subject_uuid=thing.uuid).exists()


def test_rebuilding_may_be_done_again(world):
    personas, thing = world
    assert verification.rebuild(personas.root_admin, thing.uuid) == 1
    assert verification.rebuild(personas.root_admin, thing.uuid) == 1
    assert UsageInterval.objects.count() == 1


def test_a_missing_record_is_noticed(world):
    personas, _ = world
    UsageInterval.objects.update(start_mark=10**9)
    assert len(verification.verify(personas.root_admin).differences) == 1


def test_marks_made_while_we_look_are_no_difference(world, monkeypatch):
    personas, thing = world
    owner = account_of(personas.user).owner
    original = verification._marks_by_subject

    def and_then_one_more():
        for found in original():
            meters.start(meters.RUNNING_INSTANCE, thing, owner, {"cpus": 1})
            ledger.fold()
            yield found

    monkeypatch.setattr(verification, "_marks_by_subject", and_then_one_more)
    assert verification.verify(personas.root_admin).differences == ()


@pytest.mark.parametrize("who", ["user", "domain_admin", "read_only_admin"])
def test_only_root_admins_check_and_rebuild(world, who):
    personas, thing = world
    with pytest.raises(NotPermitted):
        verification.verify(getattr(personas, who))
    with pytest.raises(NotPermitted):
        verification.rebuild(getattr(personas, who), thing.uuid)


def test_the_portal_checks_by_itself(world):
    lengthen(5)
    periodic.verify_ledger()
    assert Alert.objects.filter(code=verification.ALERT).exists()
