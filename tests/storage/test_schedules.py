"""Schedules of snapshots: when they are due, what is made up, what is kept."""

from datetime import UTC, datetime, timedelta

import pytest

from cloudportal.core import clock
from cloudportal.core.errors import Conflict, InvalidInput, NotFound, WrongState
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.events.models import Event
from storage import queries
from storage.models import Snapshot, SnapshotSchedule, Volume
from storage.services import schedules, snapshots, volumes
from storage.services.schedules import ScheduleChanges, ScheduleValues
from storage.services.volumes import NewVolume
from tenants.authentication import system_caller
from tenants.resources import Resource
from tests.support.factories import caller_for, make_account, make_personas
from tests.support.factories_compute import make_cloud
from tests.support.factories_infra import make_disk_offering, make_snapshot_schedule
from tests.support.jobs import run_job, run_jobs

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The clock, standing still; `now.at` moves it."""

    class Clock:
        at = START

    monkeypatch.setattr(clock, "now", lambda: Clock.at)
    return Clock


@pytest.fixture
def user():
    return make_personas().user


@pytest.fixture
def cloud():
    return make_cloud()


def volume_of(caller, cloud):
    values = NewVolume(zone_uuid=cloud.zone.uuid, offering_uuid=make_disk_offering().uuid, name="data")
    made, job = volumes.create(caller, values)
    assert run_job(job).state == "done"
    return Volume.objects.get(pk=made.pk)


@pytest.fixture
def volume(user, cloud):
    return volume_of(user, cloud)


def daily(**values):
    known = {"interval": "daily", "hour": 3, "keep": 2, "time_zone": "Europe/Berlin", **values}
    return ScheduleValues(**known)


def pass_day(now, days=1):
    """A day later, what is due has been done."""
    now.at += timedelta(days=days)
    begun = schedules.run_due(system_caller())
    run_jobs()
    schedules.age_out(system_caller())
    run_jobs()
    return begun


def kept():
    return Snapshot.objects.exclude(state="deleted").order_by("pk")


def test_a_schedule_is_due_on_the_wall_clock_of_its_zone(user, volume):
    schedule = schedules.create(user, volume, daily())
    assert schedule.next_run_at == datetime(2026, 3, 2, 2, tzinfo=UTC)
    assert Event.objects.filter(type="SNAPSHOTPOLICY.CREATE").count() == 1


def test_the_oldest_beyond_what_is_kept_goes_when_a_new_one_is_good(user, volume, now):
    schedule = schedules.create(user, volume, daily())
    assert [pass_day(now) for _ in range(4)] == [1, 1, 1, 1]
    names = [one.name for one in kept()]
    assert names == ["daily 2026-03-04 12:00", "daily 2026-03-05 12:00"]
    assert {one.schedule_uuid for one in kept()} == {schedule.uuid}


def test_nothing_old_goes_while_the_new_one_fails(user, cloud, volume, now):
    schedules.create(user, volume, daily(keep=1))
    pass_day(now)
    good = kept().get()
    cloud.world.inject(Fault(operation="take_snapshot", kind=FaultKind.FAIL, error="refused"))
    pass_day(now)
    assert [one.state for one in kept()] == ["ready", "error"]
    assert kept().first() == good
    pass_day(now)
    assert [one.state for one in kept()] == ["ready"]


def test_what_was_missed_is_made_up_once(user, volume, now):
    schedule = schedules.create(user, volume, daily())
    assert pass_day(now, days=9) == 1
    assert schedules.run_due(system_caller()) == 0
    schedule.refresh_from_db()
    assert schedule.next_run_at == datetime(2026, 3, 11, 2, tzinfo=UTC)
    assert kept().count() == 1


def test_a_run_that_meets_a_job_is_made_up_after_it(user, volume, now):
    schedules.create(user, volume, daily())
    snapshots.take(user, snapshots.NewSnapshot(volume_uuid=volume.uuid))
    now.at += timedelta(days=1)
    assert schedules.run_due(system_caller()) == 0
    run_jobs()
    assert schedules.run_due(system_caller()) == 1


def test_a_run_that_is_refused_is_told_once_and_waits_for_its_next_time(cloud, now):
    caller = caller_for(make_account(maxima={Resource.SNAPSHOTS: 0}))
    schedule = schedules.create(caller, volume_of(caller, cloud), daily())
    assert pass_day(now) == 0
    assert schedules.run_due(system_caller()) == 0
    schedule.refresh_from_db()
    assert "may have 0 snapshots" in schedule.last_outcome
    told = Event.objects.get(type="SNAPSHOT.CREATE", level="warning")
    assert "may have 0 snapshots" in told.sentence
    assert told.account_uuid == caller.owner.account_uuid


def test_a_schedule_that_is_switched_off_does_nothing_and_begins_anew(user, volume, now):
    schedule = schedules.create(user, volume, daily(is_enabled=False))
    assert pass_day(now, days=3) == 0
    schedule.refresh_from_db()
    schedules.update(user, schedule, ScheduleChanges(is_enabled=True))
    assert schedules.run_due(system_caller()) == 0
    assert pass_day(now) == 1


def test_a_new_time_counts_from_now(user, volume):
    schedule = schedules.create(user, volume, daily())
    schedules.update(user, schedule, ScheduleChanges(hour=14, time_zone="UTC"))
    schedule.refresh_from_db()
    assert schedule.next_run_at == datetime(2026, 3, 1, 14, tzinfo=UTC)


def test_the_snapshots_of_a_deleted_schedule_stay(user, volume, now):
    schedule = schedules.create(user, volume, daily())
    pass_day(now)
    schedules.delete(user, queries.snapshot_schedule_for(user, schedule.uuid))
    pass_day(now)
    assert kept().count() == 1
    assert not SnapshotSchedule.objects.exists()


def test_a_volume_that_goes_takes_its_schedules_along(user, volume, now):
    schedules.create(user, volume, daily())
    run_job(volumes.delete(user, volume))
    assert pass_day(now) == 0
    assert not queries.snapshot_schedules_for(user).exists()


@pytest.mark.parametrize(
    "values",
    [
        {"interval": "yearly"},
        {"hour": 24},
        {"keep": 0},
        {"keep": 101},
        {"time_zone": "Mars"},
        {"interval": "weekly", "day": 8},
        {"interval": "monthly", "day": 29},
    ],
)
def test_values_that_make_no_sense_are_refused(user, volume, values):
    with pytest.raises(InvalidInput):
        schedules.create(user, volume, daily(**values))


def test_a_volume_has_one_schedule_of_each_interval(user, volume):
    schedules.create(user, volume, daily())
    schedules.create(user, volume, daily(interval="hourly"))
    with pytest.raises(Conflict):
        schedules.create(user, volume, daily(hour=5))


def test_a_volume_that_is_not_made_has_no_schedule(user, volume):
    Volume.objects.filter(pk=volume.pk).update(state="allocated")
    volume.refresh_from_db()
    with pytest.raises(WrongState):
        schedules.create(user, volume, daily())


def test_strangers_find_no_schedule(volume):
    schedule = make_snapshot_schedule(volume)
    with pytest.raises(NotFound):
        queries.snapshot_schedule_for(caller_for(make_account()), schedule.uuid)
