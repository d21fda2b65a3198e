"""Accepting, repairing and ignoring what was found on hosts."""

import pytest

from cloudportal.core.errors import Busy, NoRoom, NotPermitted, WrongState
from cloudportal.drivers.simulated.tampering import delete_guest, set_guest_power, set_reachable
from cloudportal.events import meters
from cloudportal.events.models import Alert, Event
from cloudportal.events.queries import events_for
from cloudportal.jobs.queries import jobs_for, lines_for
from compute import states
from compute.models import Instance
from compute.services import drift, instances
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories_compute import fresh, guests_of, stopped
from tests.support.jobs import run_job
from tests.support.scenarios_compute import leave_behind, tamper_with_parts

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_transaction_while_a_driver_is_called"),
]


@pytest.fixture
def gone(instance, cloud, compare):
    delete_guest(cloud.world, instance.uuid)
    compare(2)
    return fresh(instance)


@pytest.fixture
def paused(instance, cloud, compare):
    set_guest_power(cloud.world, instance.uuid, "paused")
    compare(2)
    return fresh(instance)


@pytest.fixture
def silent(instance, cloud, compare):
    set_reachable(cloud.world, instance.host.settings["place"], False)
    instance.host.state = "unreachable"
    instance.host.save()
    compare(2)
    return fresh(instance)


@pytest.fixture
def astray(cloud, tenant, compare):
    """Stopped by its rows, and running on a host."""
    instance = stopped(cloud, tenant)
    leave_behind(cloud.host, instance)
    set_guest_power(cloud.world, instance.uuid, "on")
    compare(2)
    return fresh(instance)


@pytest.fixture
def elsewhere(cloud, instance, compare):
    """Running by its rows on the first host, and really on the second."""
    home, away = cloud.hosts
    delete_guest(cloud.world, instance.uuid)
    leave_behind(away, instance)
    set_guest_power(cloud.world, instance.uuid, "on")
    compare(2)
    assert instance.host == home
    return fresh(instance)


@pytest.fixture
def changed(instance, cloud, compare):
    tamper_with_parts(cloud, instance)
    compare(2)
    return fresh(instance)


def test_repairing_one_that_was_changed_puts_its_parts_back_while_it_runs(changed, root, cloud, compare):
    starts = len(cloud.world.effects(operation="set_power"))
    assert run_job(drift.repair(root, changed)).state == "done"
    world_equals_rows(cloud)
    compare()
    assert fresh(changed).drift == {}
    assert len(cloud.world.effects(operation="set_power")) == starts


def test_what_was_changed_on_a_host_cannot_be_accepted_as_it_is(changed, root):
    with pytest.raises(WrongState) as refusal:
        drift.accept(root, changed)
    assert "Detach the disk" in refusal.value.detail


def test_accepting_that_it_is_gone_stops_it(gone, root, cloud):
    assert run_job(drift.accept(root, gone)).state == "done"
    assert fresh(gone).state == states.STOPPED
    assert not Alert.objects.filter(cleared_at=None).exists()
    world_equals_rows(cloud)


def test_repairing_what_is_gone_makes_it_anew_on_its_disk(gone, root, cloud):
    assert run_job(drift.repair(root, gone)).state == "done"
    instance = fresh(gone)
    assert (instance.state, instance.drift) == (states.RUNNING, {})
    assert Event.objects.filter(type="VM.DRIFT.REPAIR", subject_uuid=instance.uuid).exists()
    world_equals_rows(cloud)


def test_owners_are_told_nothing_of_hosts(gone, root, tenant, cloud):
    run_job(drift.repair(root, gone))
    told = [f"{event.sentence} {event.before} {event.after}" for event in events_for(tenant)]
    said = [line.sentence for job in jobs_for(tenant) for line in lines_for(tenant, job)]
    assert told
    assert cloud.host.name not in " ".join([*told, *said])


def test_repairing_a_paused_one_resumes_it(paused, root, cloud):
    assert run_job(drift.repair(root, paused)).state == "done"
    assert guests_of(cloud)[paused.uuid][1].power == "on"


def test_a_pause_cannot_be_accepted(paused, root):
    with pytest.raises(WrongState):
        drift.accept(root, paused)


def test_accepting_that_a_silent_host_is_off_frees_the_instance(silent, root, cloud, tenant):
    assert drift.accept(root, silent) is None
    instance = fresh(silent)
    assert (instance.state, instance.host) == (states.STOPPED, None)
    assert not meters.is_running(meters.RUNNING_INSTANCE, instance.uuid)
    assert run_job(instances.start(tenant, instance)).state == "failed"
    delete_guest(cloud.world, instance.uuid)
    assert run_job(instances.start(tenant, fresh(instance))).state == "done"
    assert fresh(instance).host == cloud.hosts[1]


def test_nothing_is_repaired_on_a_silent_host(silent, root):
    with pytest.raises(WrongState):
        drift.repair(root, silent)


def test_accepting_that_it_runs_takes_it_back(astray, root, cloud):
    assert drift.accept(root, astray) is None
    instance = fresh(astray)
    assert (instance.state, instance.host) == (states.RUNNING, cloud.host)
    assert meters.is_running(meters.RUNNING_INSTANCE, instance.uuid)
    cloud.host.refresh_from_db()
    assert cloud.host.claimed_memory_mib == instance.memory_mib


def test_accepting_that_it_runs_needs_room(astray, root, cloud):
    cloud.host.claimed_memory_mib = cloud.host.memory_mib
    cloud.host.save()
    with pytest.raises(NoRoom):
        drift.accept(root, astray)
    assert fresh(astray).state == states.STOPPED


def test_repairing_what_should_not_run_removes_it(astray, root, cloud):
    assert run_job(drift.repair(root, astray)).state == "done"
    assert guests_of(cloud) == {}
    world_equals_rows(cloud)


def test_a_destroyed_one_cannot_be_accepted_as_running(astray, root):
    Instance.objects.update(state=states.DESTROYED)
    with pytest.raises(WrongState):
        drift.accept(root, fresh(astray))


def test_accepting_another_host_moves_the_claim(elsewhere, root, cloud):
    home, away = cloud.hosts
    assert drift.accept(root, elsewhere) is None
    instance = fresh(elsewhere)
    assert (instance.state, instance.host) == (states.RUNNING, away)
    home.refresh_from_db()
    away.refresh_from_db()
    assert (home.claimed_cpus, away.claimed_cpus) == (0, instance.cpus)


def test_repairing_one_that_is_elsewhere_removes_it_there_and_then_makes_it_anew(
    elsewhere, root, cloud, compare
):
    assert run_job(drift.repair(root, elsewhere)).state == "done"
    assert guests_of(cloud) == {}
    compare(2)
    assert run_job(drift.repair(root, fresh(elsewhere))).state == "done"
    world_equals_rows(cloud)


def test_repairing_a_stuck_one_puts_it_back(instance, compare, root):
    Instance.objects.update(state=states.STOPPING)
    compare(2)
    assert drift.repair(root, fresh(instance)) is None
    assert fresh(instance).state == states.RUNNING


def test_what_is_ignored_is_kept_and_raises_no_alert(gone, root, compare):
    drift.ignore(root, gone)
    compare(2)
    assert not Alert.objects.filter(cleared_at=None).exists()
    assert fresh(gone).drift["is_ignored"] is True


def test_what_changes_is_ignored_no_longer(gone, root, compare, cloud):
    drift.ignore(root, gone)
    leave_behind(cloud.hosts[1], gone)
    set_guest_power(cloud.world, gone.uuid, "on")
    compare(2)
    assert fresh(gone).drift["kind"] == "elsewhere"
    assert Alert.objects.filter(cleared_at=None).exists()


@pytest.mark.parametrize("verb", [drift.accept, drift.repair, drift.ignore])
def test_without_a_finding_there_is_nothing_to_do(instance, root, verb):
    with pytest.raises(WrongState):
        verb(root, instance)


@pytest.mark.parametrize("verb", [drift.accept, drift.repair, drift.ignore])
def test_tenants_do_nothing_about_drift(gone, tenant, verb):
    with pytest.raises(NotPermitted):
        verb(tenant, gone)


@pytest.mark.parametrize("verb", [drift.accept, drift.repair])
def test_what_a_job_has_cannot_be_changed(gone, root, verb):
    drift.repair(root, gone)
    with pytest.raises(Busy):
        verb(root, fresh(gone))
