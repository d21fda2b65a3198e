"""Schedules and leases of instances: carried out when due, told of where they cannot be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core import mail

from cloudportal.core import clock, plans
from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, WrongState
from cloudportal.core.permissions import Rule
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.events.models import Event
from cloudportal.jobs.models import Hold, Job
from cloudportal.jobs.services import hold_of
from compute import schedule_queries
from compute.models import Instance, InstanceSchedule, Lease
from compute.services import instances, leases, schedules
from compute.services.schedules import MOST_SCHEDULES, ScheduleChanges, ScheduleValues
from tenants.authentication import system_caller
from tenants.models import SettingValue, User
from tenants.queries.settings import account_key
from tests.support.factories import account_of, caller_for, make_account, make_personas
from tests.support.factories_compute import (
    deploy_values,
    deployed,
    fresh,
    make_cloud,
    make_offering,
    make_schedule,
    stopped,
)
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


@pytest.fixture
def instance(cloud, user):
    return deployed(cloud, user)


def evening(**values):
    known = {"name": "evening", "verb": "stop", "expression": "0 20 * * *", "time_zone": "UTC", **values}
    return ScheduleValues(**known)


def later(now, **time):
    """Later, what is due has been done; how much that was."""
    now.at += timedelta(**time)
    begun = schedules.run_due(system_caller())
    run_jobs()
    return begun


def set_for(caller, **values):
    for name, value in values.items():
        SettingValue.objects.create(
            name=f"instance.{name}", key=account_key(account_of(caller).pk), value=value
        )


def state_of(instance):
    return Instance.objects.get(pk=instance.pk).state


def told(event_type):
    return list(Event.objects.filter(type=event_type).order_by("id").values_list("level", "sentence"))


def test_an_instance_is_stopped_in_the_evening_and_started_in_the_morning(user, instance, now):
    schedules.create(user, instance, evening())
    schedules.create(user, instance, evening(name="morning", verb="start", expression="0 7 * * *"))
    assert later(now, hours=8) == 1
    assert state_of(instance) == "stopped"
    assert later(now, hours=11) == 1
    assert state_of(instance) == "running"
    assert [level for level, _ in told("VM.SCHEDULE.EXECUTE")] == ["info", "info"]


def test_a_schedule_says_when_it_is_due_and_what_it_did(user, instance, now):
    schedule = schedules.create(user, instance, evening(time_zone="America/New_York"))
    assert schedule.next_run_at == datetime(2026, 3, 2, 1, tzinfo=UTC)
    later(now, hours=13)
    schedule.refresh_from_db()
    assert schedule.last_outcome == "The stop was begun."
    assert schedule.next_run_at == datetime(2026, 3, 3, 1, tzinfo=UTC)


def test_an_instance_in_the_wrong_state_is_one_event_and_no_storm(user, cloud, now):
    schedule = schedules.create(user, stopped(cloud, user), evening())
    assert later(now, hours=8) == 0
    assert later(now, minutes=1) == 0
    (level, sentence) = told("VM.SCHEDULE.EXECUTE")[0]
    assert (level, len(told("VM.SCHEDULE.EXECUTE"))) == ("warning", 1)
    assert "The instance is stopped" in sentence
    schedule.refresh_from_db()
    assert "The instance is stopped" in schedule.last_outcome


def test_a_run_that_meets_a_job_is_made_up_after_it(user, instance, now):
    schedules.create(user, instance, evening())
    instances.reboot(user, fresh(instance))
    now.at += timedelta(hours=8)
    # It is rebooting, which is no reason to leave the run out.
    assert schedules.run_due(system_caller()) == 0
    run_jobs()
    assert later(now, minutes=1) == 1
    assert state_of(instance) == "stopped"


def test_a_run_that_is_late_by_hours_is_left_out(user, instance, now):
    schedules.create(user, instance, evening())
    assert later(now, hours=10) == 0
    assert state_of(instance) == "running"
    assert "left out this time" in told("VM.SCHEDULE.EXECUTE")[0][1]


def test_a_schedule_that_is_switched_off_is_never_due(user, instance, now):
    schedule = schedules.create(user, instance, evening(is_enabled=False))
    assert schedule.next_run_at is None
    assert later(now, hours=8) == 0
    schedules.update(user, schedule, ScheduleChanges(is_enabled=True))
    assert later(now, days=1) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"verb": "destroy"}, "verb"),
        ({"expression": "often"}, "expression"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"name": "<b>"}, "name"),
    ],
)
def test_values_that_make_no_sense_are_refused_by_their_field(user, instance, values, field):
    with pytest.raises(InvalidInput) as refusal:
        schedules.create(user, instance, evening(**values))
    assert list(refusal.value.fields) == [field]


def test_an_instance_has_only_so_many_schedules(user, instance):
    for _ in range(MOST_SCHEDULES):
        make_schedule(instance)
    with pytest.raises(Conflict):
        schedules.create(user, instance, evening())


@pytest.mark.parametrize("verb", ["start", "stop", "reboot"])
def test_a_schedule_does_nothing_that_its_author_may_not_do(user, instance, verb):
    denied = replace(user, rule_sets=((Rule(f"instance.{verb}", False), Rule("*", True)),))
    plan = plans.planned(lambda: schedules.create(denied, instance, evening(verb=verb)))
    assert isinstance(plan.refusal, NotPermitted)
    with pytest.raises(NotPermitted):
        schedules.create(denied, instance, evening(verb=verb))
    schedule = make_schedule(instance, verb={"stop": "start"}.get(verb, "stop"))
    with pytest.raises(NotPermitted):
        schedules.update(denied, schedule, ScheduleChanges(verb=verb))
    with pytest.raises(NotPermitted):
        schedules.update(
            denied, make_schedule(instance, verb=verb, is_enabled=False), ScheduleChanges(is_enabled=True)
        )
    assert not InstanceSchedule.objects.filter(name="evening").exists()
    schedules.update(denied, schedule, ScheduleChanges(name="night"))
    kept = make_schedule(instance, verb=verb)
    schedules.update(denied, kept, ScheduleChanges(name="as before"))
    schedules.update(denied, kept, ScheduleChanges(is_enabled=False))
    assert not InstanceSchedule.objects.get(pk=kept.pk).is_enabled


def test_strangers_find_no_schedule(instance):
    schedule = make_schedule(instance)
    with pytest.raises(NotFound):
        schedule_queries.schedule_for(caller_for(make_account()), schedule.uuid)


def test_a_deleted_schedule_does_nothing(user, instance, now):
    schedule = schedules.create(user, instance, evening())
    schedules.delete(user, schedule_queries.schedule_for(user, schedule.uuid))
    assert later(now, hours=8) == 0


def leased(cloud, user, **values):
    set_for(user, **{"lease_days": 10, **values})
    return deployed(cloud, user)


def end(now, **time):
    now.at += timedelta(**time)
    done = leases.end_due(system_caller())
    run_jobs()
    return done


def test_a_new_instance_gets_the_lease_that_its_account_has(user, cloud):
    assert leased(cloud, user).lease.ends_at == START + timedelta(days=10)


def test_an_instance_without_a_setting_has_no_end(instance):
    assert not Lease.objects.filter(instance=instance).exists()


def test_an_owner_is_told_once_before_the_end(user, cloud, now):
    User.objects.filter(account=account_of(user)).update(email="ann@example.org")
    instance = leased(cloud, user)
    assert leases.warn(system_caller()) == 0
    now.at += timedelta(days=7, hours=1)
    assert [leases.warn(system_caller()), leases.warn(system_caller())] == [1, 0]
    assert [one.to for one in mail.outbox] == [["ann@example.org"]]
    assert instance.name in mail.outbox[0].subject
    assert "Extend it if you still need it" in told("VM.LEASE.EXPIRING")[0][1]


def test_an_instance_is_stopped_at_its_end_and_starts_again_only_when_extended(user, cloud, now):
    instance = leased(cloud, user)
    assert [end(now, days=10), end(now, hours=1)] == [1, 0]
    assert state_of(instance) == "stopped"
    with pytest.raises(WrongState) as refusal:
        instances.start(user, fresh(instance))
    assert "Extend it first" in refusal.value.detail
    leases.extend(user, fresh(instance), days=5)
    assert run_job(instances.start(user, fresh(instance))).state == "done"
    assert end(now, days=4) == 0


def test_a_policy_may_destroy(user, cloud, now):
    instance = leased(cloud, user, lease_policy="destroy")
    assert end(now, days=10) == 1
    assert state_of(instance) == "destroyed"


def test_a_protected_instance_outlives_its_lease_and_that_is_told_once(user, cloud, now):
    instance = leased(cloud, user, lease_policy="destroy")
    Instance.objects.filter(pk=instance.pk).update(is_protected=True)
    assert [end(now, days=10), end(now, hours=1)] == [0, 0]
    assert state_of(instance) == "running"
    assert [level for level, _ in told("VM.LEASE.EXPIRED")] == ["warning"]


def refuse(cloud):
    cloud.world.inject(Fault(operation="set_power", kind=FaultKind.FAIL, error="refused", count=None))


@pytest.mark.parametrize(("policy", "state"), [("stop", "stopped"), ("destroy", "destroyed")])
def test_an_end_that_failed_is_begun_again_an_hour_later_and_told_once(user, cloud, now, policy, state):
    instance = leased(cloud, user, lease_policy=policy)
    refuse(cloud)
    assert [end(now, days=10), end(now, minutes=30)] == [1, 0]
    assert state_of(instance) == "running"
    cloud.world.clear_faults()
    assert end(now, hours=1) == 1
    assert (state_of(instance), end(now, hours=2)) == (state, 0)
    assert [level for level, _ in told("VM.LEASE.EXPIRED")] == ["info"]


def test_what_was_stopped_on_its_way_to_be_destroyed_is_destroyed_later(user, cloud, now):
    instance = leased(cloud, user, lease_policy="destroy")
    cloud.world.inject(Fault(operation="remove_guest", kind=FaultKind.FAIL, error="refused", count=None))
    assert end(now, days=10) == 1
    assert state_of(instance) == "stopped"
    cloud.world.clear_faults()
    assert end(now, hours=2) == 1
    assert state_of(instance) == "destroyed"


def test_a_recovered_instance_whose_lease_has_ended_is_left_to_its_owner(user, cloud, now):
    instance = leased(cloud, user, lease_policy="destroy")
    run_job(instances.destroy(user, fresh(instance)))
    now.at += timedelta(days=11)
    plan = plans.planned(lambda: instances.recover(user, fresh(instance)))
    assert any("Its lease has ended" in one["sentence"] for one in plan.effects)
    instances.recover(user, fresh(instance))
    assert [end(now, minutes=1), end(now, days=1)] == [0, 0]
    assert (state_of(instance), told("VM.LEASE.EXPIRED")) == ("stopped", [])
    leases.extend(user, fresh(instance), days=1)
    assert end(now, days=2) == 1
    assert state_of(instance) == "destroyed"


def as_before_the_upgrade(cloud, user, now):
    """An instance whose lease had ended, and that was recovered and started since."""
    instance = leased(cloud, user, lease_policy="destroy")
    now.at += timedelta(days=10)
    Lease.objects.filter(instance=instance).update(ended_at=now.at)
    return instance


def test_a_lease_that_had_ended_before_the_upgrade_ends_nothing_any_more(user, cloud, now):
    instance = as_before_the_upgrade(cloud, user, now)
    due = deployed(cloud, user)
    import_module("compute.migrations.0067_let_leases_be_that_had_ended").let_be(apps, None)
    assert end(now, days=11) == 1
    assert (state_of(instance), state_of(due)) == ("running", "destroyed")
    leases.extend(user, fresh(instance), days=1)
    assert end(now, days=2) == 1
    assert state_of(instance) == "destroyed"


def test_those_who_are_not_told_yet_keep_nobody_from_being_told(user, cloud, now, monkeypatch):
    monkeypatch.setattr(leases, "AT_ONCE", 1)
    leased(cloud, user, lease_warning=0)
    failed, last = (leased(cloud, caller_for(make_account()), lease_days=days) for days in (9, 11))
    Instance.objects.filter(pk=failed.pk).update(state="error")
    now.at += timedelta(days=8, hours=1)
    assert leases.warn(system_caller()) == 1
    assert Lease.objects.get(warned_at=now.at).instance == last


def test_what_nothing_can_be_done_with_keeps_nobody_waiting(user, cloud, now, monkeypatch):
    monkeypatch.setattr(leases, "AT_ONCE", 1)
    failed, busy, last = (leased(cloud, caller_for(make_account()), lease_days=days) for days in (9, 10, 11))
    Instance.objects.filter(pk=failed.pk).update(state="error")
    Hold.objects.create(thing=hold_of(busy), job=Job.objects.first())
    now.at += timedelta(days=12)
    assert leases.end_due(system_caller()) == 1
    assert [state_of(one) for one in (failed, busy, last)] == ["error", "running", "stopping"]


def test_an_extension_that_comes_during_the_round_counts(user, cloud, now):
    instance = leased(cloud, user)
    now.at += timedelta(days=10)
    seen = Lease.objects.select_related("instance__account__domain").get(instance=instance)
    leases.extend(user, fresh(instance), days=5)
    assert not leases._warn(system_caller(), seen)
    assert not leases._end(system_caller(), seen)
    leases._give_up(system_caller(), seen, "Somebody extended it.")
    lease = Lease.objects.get(instance=instance)
    assert (lease.warned_at, lease.ended_at, state_of(instance)) == (None, None, "running")
    assert told("VM.LEASE.EXPIRED") == told("VM.LEASE.EXPIRING") == []


def test_the_longest_lease_binds_those_who_ask_for_none(user, cloud):
    set_for(user, lease_longest=30)
    instance = deployed(cloud, user)
    assert instance.lease.ends_at == START + timedelta(days=30)
    with pytest.raises(InvalidInput):
        leases.extend(user, instance, days=0)
    with pytest.raises(InvalidInput) as refusal:
        deployed(cloud, user, lease_days=0)
    assert list(refusal.value.fields) == ["lease_days"]
    set_for(user, lease_days=90)
    assert deployed(cloud, user).lease.ends_at == START + timedelta(days=30)


@pytest.mark.parametrize("days", [31, 0])
def test_an_owner_extends_within_what_the_settings_allow(user, cloud, days):
    instance = leased(cloud, user, lease_longest=30)
    with pytest.raises(InvalidInput):
        leases.extend(user, instance, days=days)
    assert leases.extend(user, instance, days=30).lease.ends_at == START + timedelta(days=30)


def test_who_needs_no_lease_may_take_one_and_give_it_up(user, instance):
    assert leases.extend(user, instance, days=2).lease.ends_at == START + timedelta(days=2)
    leases.extend(user, fresh(instance), days=0)
    assert not Lease.objects.exists()


def test_a_size_says_how_long_its_instances_live_and_what_is_done_then(user, cloud, now):
    size = make_offering(lease_days=3, most_lease_days=5, lease_policy="destroy")
    wanted = deploy_values(cloud, offering=size.uuid)
    planned = plans.planned(lambda: instances.deploy(user, wanted))
    assert "It may live 3 days; then it is destroyed." in [one["sentence"] for one in planned.effects]
    instance = deployed(cloud, user, offering=size.uuid)
    assert (instance.lease.ends_at, instance.lease.policy) == (START + timedelta(days=3), "destroy")
    for days in (0, 6):
        with pytest.raises(InvalidInput):
            leases.extend(user, instance, days=days)
        with pytest.raises(InvalidInput) as refusal:
            deployed(cloud, user, offering=size.uuid, lease_days=days)
        assert list(refusal.value.fields) == ["lease_days"]
    assert leases.extend(user, instance, days=5).lease.ends_at == START + timedelta(days=5)
    assert end(now, days=6) == 1
    assert state_of(instance) == "destroyed"


def test_whoever_deploys_may_say_less_and_where_nothing_binds_no_end(user, cloud):
    bound = make_offering(most_lease_days=5)
    assert deployed(cloud, user, offering=bound.uuid).lease.ends_at == START + timedelta(days=5)
    instance = deployed(cloud, user, offering=bound.uuid, lease_days=1)
    assert instance.lease.ends_at == START + timedelta(days=1)
    deployed(cloud, user, lease_days=0)
    assert Lease.objects.count() == 2
