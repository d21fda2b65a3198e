"""Folding marks into the ledger, exactly once, and reading seconds off it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudportal.core import clock
from cloudportal.core.caller import Owner
from cloudportal.events import meters
from cloudportal.events.models import MeterMark
from usage import ledger
from usage.models import LedgerPosition, UsageInterval
from usage.projection import project

pytestmark = pytest.mark.django_db

NOON = clock.now().replace(microsecond=0) - timedelta(days=30)


class Thing:
    def __init__(self, name="web"):
        self.uuid = uuid4()
        self.name = name


def owner(path="/1/"):
    return Owner(1, uuid4(), "acme", path)


def after(seconds):
    return NOON + timedelta(seconds=seconds)


def start(thing, whose, seconds, meter=meters.RUNNING_INSTANCE, **quantities):
    meters.start(meter, thing, whose, quantities or {"cpus": 1}, at=after(seconds))


def stop(thing, whose, seconds, meter=meters.RUNNING_INSTANCE):
    meters.stop(meter, thing, whose, at=after(seconds))


def between(whose, since, until):
    return ledger.seconds_between(whose.account_uuid, after(since), after(until))


def test_each_mark_is_folded_once():
    thing, whose = Thing(), owner()
    start(thing, whose, 0)
    stop(thing, whose, 60)
    assert ledger.fold() == 2
    assert ledger.fold() == 0
    row = UsageInterval.objects.get()
    assert (row.started_at, row.ended_at, row.quantities) == (after(0), after(60), {"cpus": 1})
    assert row.open_key is None


def test_seconds_count_within_the_window_only():
    thing, whose = Thing(), owner()
    start(thing, whose, 10)
    stop(thing, whose, 110)
    ledger.fold()
    assert between(whose, 0, 200) == {meters.RUNNING_INSTANCE: 100}
    assert between(whose, 50, 60) == {meters.RUNNING_INSTANCE: 10}
    assert between(whose, 110, 200) == {}


def test_what_still_runs_counts_up_to_now():
    thing, whose = Thing(), owner()
    start(thing, whose, 0)
    ledger.fold()
    found = ledger.seconds_between(whose.account_uuid, after(0), after(10**9), moment=after(90))
    assert found == {meters.RUNNING_INSTANCE: 90}


def test_marks_count_before_they_are_folded():
    thing, whose = Thing(), owner()
    start(thing, whose, 0)
    assert between(whose, 0, 30) == {meters.RUNNING_INSTANCE: 30}
    ledger.fold()
    stop(thing, whose, 20)
    assert between(whose, 0, 30) == {meters.RUNNING_INSTANCE: 20}
    assert UsageInterval.objects.get().ended_at is None


def test_another_account_is_not_counted():
    mine, theirs = owner(), owner()
    start(Thing(), mine, 0)
    start(Thing(), theirs, 0)
    ledger.fold()
    assert between(mine, 0, 10) == {meters.RUNNING_INSTANCE: 10}


def test_meters_of_one_thing_are_counted_apart():
    thing, whose = Thing(), owner()
    start(thing, whose, 0)
    start(thing, whose, 0, meter=meters.ALLOCATED_INSTANCE)
    stop(thing, whose, 5)
    ledger.fold()
    assert between(whose, 0, 10) == {meters.RUNNING_INSTANCE: 5, meters.ALLOCATED_INSTANCE: 10}


def test_a_fold_that_dies_leaves_nothing_half_done(monkeypatch):
    thing, whose = Thing(), owner()
    start(thing, whose, 0)
    stop(thing, whose, 60)
    monkeypatch.setattr(ledger, "_end", lambda interval: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ledger.fold()
    assert not UsageInterval.objects.exists()
    monkeypatch.undo()
    assert ledger.fold() == 2
    assert between(whose, 0, 100) == {meters.RUNNING_INSTANCE: 60}


def test_a_mark_that_comes_to_light_late_is_not_passed_over():
    """Ids are given before transactions commit, so a smaller one may be seen after a greater one was folded."""
    whose = owner()
    late, early = Thing("late"), Thing("early")
    start(late, whose, 0)
    held_back = MeterMark.objects.get(subject_uuid=late.uuid)
    MeterMark.objects.filter(pk=held_back.pk).delete()
    start(early, whose, 0)
    ledger.fold()
    held_back.save(force_insert=True)
    assert ledger.fold() == 1
    assert UsageInterval.objects.count() == 2


def test_the_position_moves_only_after_the_marks_have_settled(monkeypatch):
    thing, whose = Thing(), owner()
    start(thing, whose, 0)
    ledger.fold()
    mark = MeterMark.objects.get()
    position = LedgerPosition.objects.get()
    assert (position.settled_id, position.seen_id) == (0, mark.id)
    later = position.seen_at + timedelta(seconds=ledger.SETTLING_SECONDS + 1)
    monkeypatch.setattr(clock, "now", lambda: later)
    ledger.fold()
    assert LedgerPosition.objects.get().settled_id == mark.id


def test_more_marks_than_one_batch_are_all_folded(monkeypatch):
    monkeypatch.setattr(ledger, "BATCH", 3)
    whose = owner()
    for number in range(5):
        thing = Thing(str(number))
        start(thing, whose, 0)
        stop(thing, whose, 10)
    assert ledger.fold() == 10
    assert between(whose, 0, 100) == {meters.RUNNING_INSTANCE: 50}


class Crash(Exception):
    """The process died: whatever it had not committed is gone."""


_steps = st.lists(
    st.tuples(
        st.sampled_from(["start", "stop", "fold", "crash-marking", "crash-folding"]),
        st.integers(0, 2),
        st.integers(0, 400),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_steps)
def test_no_order_of_marks_folds_and_crashes_changes_the_seconds(steps):
    whose = owner()
    things = [Thing(str(number)) for number in range(3)]
    moment = 0
    with transaction.atomic():
        for verb, number, pause in steps:
            moment += pause
            _do(verb, things[number], whose, moment)
        expected = _expected(things, moment + 50)
        before = between(whose, 0, moment + 50)
        ledger.fold()
        assert between(whose, 0, moment + 50) == before
        assert before.get(meters.RUNNING_INSTANCE, 0) == expected
        assert UsageInterval.objects.filter(ended_at=None).count() == _running(things)
        transaction.set_rollback(True)


def _do(verb, thing, whose, moment):
    works = {
        "start": lambda: start(thing, whose, moment),
        "stop": lambda: stop(thing, whose, moment),
        "fold": ledger.fold,
        "crash-marking": lambda: _crashing(lambda: start(thing, whose, moment)),
        "crash-folding": lambda: _crashing(ledger.fold),
    }
    works[verb]()


def _crashing(work):
    try:
        with transaction.atomic():
            work()
            raise Crash
    except Crash:
        pass


def _expected(things, until):
    intervals = [
        one
        for thing in things
        for one in project(MeterMark.objects.filter(subject_uuid=thing.uuid).order_by("id")).values()
    ]
    return sum(one.seconds(after(0), after(until)) for one in intervals)


def _running(things):
    return sum(meters.is_running(meters.RUNNING_INSTANCE, thing.uuid) for thing in things)
