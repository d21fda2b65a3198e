"""Regular work: expunging what was destroyed, stopping what is disabled, forgetting what is history.

Also what becomes of instances when their account goes.
"""

from datetime import timedelta

import pytest

from cloudportal.core import clock
from cloudportal.jobs import periodic as regular
from cloudportal.jobs.models import Hold, Job
from cloudportal.jobs.services import hold_of
from compute import holdings, periodic, states
from compute.models import Instance
from compute.services import housekeeping
from tenants.models import Account, SettingValue
from tenants.queries.settings import account_key
from tenants.services import departures
from tests.support.factories import account_of, make_caller
from tests.support.factories_compute import deployed, destroyed, fresh, guests_of, stopped
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)


def hours_pass(monkeypatch, hours):
    later = clock.now() + timedelta(hours=hours)
    monkeypatch.setattr(clock, "now", lambda: later)


def close(tenant, state):
    Account.objects.filter(pk=account_of(tenant).pk).update(state=state)


def test_what_was_destroyed_a_day_ago_is_expunged(cloud, tenant, monkeypatch):
    instance = destroyed(cloud, tenant)
    assert periodic.expunge_due() == 0
    hours_pass(monkeypatch, 25)
    assert periodic.expunge_due() == 1
    run_jobs()
    assert fresh(instance).state == states.EXPUNGED


def test_an_expunging_that_failed_is_not_tried_every_minute(cloud, tenant, monkeypatch, root):
    destroyed(cloud, tenant)
    hours_pass(monkeypatch, 25)
    Job.objects.update(kind="instance.expunge", state="failed", ended_at=clock.now())
    assert housekeeping.expunge_due(root) == 0
    hours_pass(monkeypatch, 2)
    assert housekeeping.expunge_due(root) == 1


def test_what_is_not_due_yet_or_busy_keeps_nobody_waiting(cloud, tenant, monkeypatch, root):
    monkeypatch.setattr(housekeeping, "AT_ONCE", 1)
    patient = make_caller(account_of(tenant).domain)
    SettingValue.objects.create(
        name="instance.expunge_delay", key=account_key(account_of(patient).pk), value=1e6
    )
    kept, busy, due = destroyed(cloud, patient), destroyed(cloud, tenant), destroyed(cloud, tenant)
    Hold.objects.create(thing=hold_of(busy), job=Job.objects.first())
    hours_pass(monkeypatch, 25)
    assert housekeeping.expunge_due(root) == 1
    assert [fresh(one).state for one in (kept, busy, due)] == ["destroyed", "destroyed", "expunging"]


def test_disabling_an_account_stops_what_it_runs(instance, tenant, root, cloud):
    departures.halt(root, account_of(tenant))
    assert Job.objects.get(kind="instance.stop").caller["user_name"] == root.user_name
    run_jobs()
    assert fresh(instance).state == states.STOPPED
    assert guests_of(cloud) == {}


def test_what_was_starting_when_its_account_was_disabled_is_stopped_later(instance, tenant, cloud):
    close(tenant, "disabled")
    assert periodic.halt_disabled() == 1
    assert periodic.halt_disabled() == 0
    run_jobs()
    assert fresh(instance).state == states.STOPPED


def test_a_locked_account_keeps_what_it_runs(instance, tenant):
    close(tenant, "locked")
    assert periodic.halt_disabled() == 0


def test_history_is_forgotten_in_time(cloud, tenant, monkeypatch):
    instance = destroyed(cloud, tenant)
    Instance.objects.filter(pk=instance.pk).update(state=states.EXPUNGED, expunged_at=clock.now())
    assert housekeeping.forget_history() == 0
    hours_pass(monkeypatch, 8 * 24)
    assert housekeeping.forget_history() == 1
    assert not Instance.objects.exists()


def test_everything_of_an_account_can_be_removed(cloud, tenant, root):
    deployed(cloud, tenant)
    stopped(cloud, tenant)
    destroyed(cloud, tenant)
    account = account_of(tenant)
    accounts = Account.objects.filter(pk=account.pk)
    for instance in holdings.living(accounts):
        holdings.remove(root, instance)
    run_jobs()
    assert not holdings.living(accounts).exists()
    holdings.bury(accounts)
    assert not Instance.objects.exists()
    assert guests_of(cloud) == {}


def test_a_neighbours_instances_are_not_removed(instance, root):
    others = Account.objects.exclude(pk=instance.account_id)
    assert not holdings.living(others).exists()
    holdings.bury(others)
    assert Instance.objects.exists()


def test_the_portal_does_all_of_this_by_itself():
    names = {one.name for one in regular.all_periodic()}
    assert {"compute.reconcile", "compute.expunge", "compute.halt", "compute.forget"} <= names
