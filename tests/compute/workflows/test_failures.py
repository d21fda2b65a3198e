"""What becomes of instances when the world fails, loses answers, or hangs."""

import pytest
from django.db import transaction

from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.drivers.simulated.tampering import delete_volume, set_reachable
from cloudportal.events.models import Alert
from cloudportal.jobs import services as jobs
from compute import queries, states
from compute.services import instances
from compute.services.drift import submit_cleaning
from compute.workflows.deploy import DeployInstance
from compute.workflows.start import StartInstance
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import account_of, caller, make_root_admin
from tests.support.factories_compute import (
    deployed,
    destroyed,
    failed,
    fresh,
    guests_of,
    stopped,
    submit_deployment,
)
from tests.support.jobs import run_job
from tests.support.scenarios_compute import expunge_destroyed, expunge_failed

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_transaction_while_a_driver_is_called"),
]

OUTSIDE = (
    "ensure_image",
    "ensure_volume",
    "ensure_network",
    "ensure_reservation",
    "ensure_guest",
    "set_power",
)


@pytest.fixture
def inject(cloud):
    def put(operation, kind, **options):
        return cloud.world.inject(Fault(operation=operation, kind=kind, **options))

    return put


@pytest.mark.parametrize("operation", OUTSIDE)
def test_a_refusal_on_the_way_leaves_nothing_behind(cloud, tenant, inject, operation):
    inject(operation, FaultKind.FAIL, error="refused", count=None)
    instance, job = submit_deployment(cloud, tenant)
    assert run_job(job).state == "failed"
    assert fresh(instance).state == states.ERROR
    cloud.world.clear_faults()
    world_equals_rows(cloud)


@pytest.mark.parametrize("kind", [FaultKind.LOSE_ANSWER, FaultKind.HANG])
@pytest.mark.parametrize("operation", OUTSIDE)
def test_an_answer_that_does_not_come_is_looked_for_and_nothing_is_done_twice(
    cloud, tenant, inject, operation, kind
):
    inject(operation, kind, count=2)
    instance, job = submit_deployment(cloud, tenant)
    assert run_job(job).state == "done"
    effects = cloud.world.effects(operation=operation)
    assert len({effect.subject for effect in effects}) == len(effects)
    assert fresh(instance).state == states.RUNNING
    world_equals_rows(cloud)


@pytest.mark.parametrize("error", ["unreachable", "busy"])
@pytest.mark.parametrize("operation", OUTSIDE)
def test_a_passing_trouble_only_costs_time(cloud, tenant, inject, operation, error):
    inject(operation, FaultKind.FAIL, error=error, count=2)
    instance, job = submit_deployment(cloud, tenant)
    assert run_job(job).state == "done"
    assert fresh(instance).state == states.RUNNING
    world_equals_rows(cloud)


def test_a_failed_deployment_says_what_happened_and_tells_the_operators(cloud, tenant, inject):
    inject("ensure_guest", FaultKind.FAIL, error="refused")
    _, job = submit_deployment(cloud, tenant)
    job = run_job(job)
    assert "refused" in job.message
    assert Alert.objects.get(code="job-failed").subject_name == job.subject_name


def test_a_failed_deployment_gives_its_share_and_its_address_back(cloud, tenant):
    instance = failed(cloud, tenant)
    assert instance.nics.get().address is None
    world_equals_rows(cloud)


def test_a_failed_instance_can_be_tried_again(cloud, tenant):
    instance = failed(cloud, tenant)
    assert run_job(instances.retry(tenant, instance)).state == "done"
    assert fresh(instance).state == states.RUNNING
    world_equals_rows(cloud)


def test_an_operator_can_try_the_job_again(cloud, tenant, inject):
    root = caller(make_root_admin())
    fault = inject("ensure_guest", FaultKind.FAIL, error="refused", count=None)
    _, job = submit_deployment(cloud, tenant)
    run_job(job)
    cloud.world.clear_faults(fault)
    again = jobs.retry(root, job)
    assert run_job(again).state == "done"
    assert again.account_uuid == account_of(tenant).uuid
    world_equals_rows(cloud)


def test_a_failed_instance_can_be_expunged():
    scenario = expunge_failed()
    assert run_job(scenario.job).state == "done"
    scenario.check(scenario.job)


def test_a_destroyed_instance_can_be_expunged():
    scenario = expunge_destroyed()
    assert run_job(scenario.job).state == "done"
    scenario.check(scenario.job)


def test_a_deployment_that_finds_no_room_any_more_says_what_would_help(cloud, tenant):
    _, job = submit_deployment(cloud, tenant)
    for host in cloud.hosts:
        host.claimed_memory_mib = host.memory_mib
        host.save()
    job = run_job(job)
    assert (job.state, job.message_code) == ("failed", "no-room")
    assert "Choose a smaller size or another zone" in job.message
    told = [line.sentence for line in job.lines.filter(for_operators=True)]
    assert any("needs 512 MiB, the best has 0" in sentence for sentence in told)
    assert cloud.host.name not in job.message + str(job.message_values)
    shown = queries.funnel_for(tenant, job)
    assert shown["stages"][-1] == {"check": "room", "passed": False}
    full = queries.funnel_for(caller(make_root_admin()), job)
    assert [one["host"] for one in full["stages"][-1]["refused"]] == [host.name for host in cloud.hosts]


def test_the_funnel_of_a_deployment_is_kept_on_its_job_and_shown_without_hosts_to_tenants(cloud, tenant):
    _, job = submit_deployment(cloud, tenant)
    assert queries.funnel_for(tenant, job) is None
    funnel = queries.funnel_for(caller(make_root_admin()), run_job(job))
    shown = queries.funnel_for(tenant, job)
    assert shown["sentence"] == "There is room."
    assert "left" not in str(shown)
    assert funnel["sentence"] == "2 hosts."
    assert [stage["check"] for stage in funnel["stages"]] == [
        "zone",
        "enabled",
        "hypervisor",
        "room",
        "location",
        "dedication",
        "tags",
        "operating system",
        "affinity",
        "reach",
        "storage",
    ]


def test_a_deployment_can_be_aborted_before_it_begins(cloud, tenant):
    root = caller(make_root_admin())
    instance, job = submit_deployment(cloud, tenant)
    jobs.abort(root, job)
    assert run_job(job).state == "cancelled"
    assert fresh(instance).state == states.ERROR
    world_equals_rows(cloud)


def test_a_clean_up_that_is_stuck_can_be_resumed(cloud, tenant, inject):
    inject("set_power", FaultKind.FAIL, error="refused", count=None)
    inject("remove_guest", FaultKind.FAIL, error="unreachable", count=None)
    instance, job = submit_deployment(cloud, tenant)
    assert run_job(job).state == "failed"
    assert Alert.objects.filter(code="job-stuck").exists()
    assert instance.uuid in guests_of(cloud)
    cloud.world.clear_faults()
    resumed = jobs.resume(caller(make_root_admin()), job)
    assert run_job(resumed).state == "failed"
    world_equals_rows(cloud)


def test_an_instance_that_left_something_behind_can_be_expunged_too(cloud, tenant, inject):
    inject("set_power", FaultKind.FAIL, error="refused", count=None)
    inject("remove_guest", FaultKind.FAIL, error="unreachable", count=None)
    instance, job = submit_deployment(cloud, tenant)
    run_job(job)
    cloud.world.clear_faults()
    assert run_job(instances.expunge(tenant, fresh(instance))).state == "done"
    world_equals_rows(cloud)


def test_a_late_clean_up_does_no_harm_to_an_instance_that_lives_again(cloud, tenant, inject):
    inject("set_power", FaultKind.FAIL, error="refused", count=None)
    inject("remove_guest", FaultKind.FAIL, error="unreachable", count=None)
    instance, job = submit_deployment(cloud, tenant)
    run_job(job)
    cloud.world.clear_faults()
    assert run_job(instances.retry(tenant, fresh(instance))).state == "done"
    run_job(jobs.resume(caller(make_root_admin()), job))
    assert fresh(instance).state == states.RUNNING
    world_equals_rows(cloud)


def stuck_start(cloud, tenant, instance, inject, *, at):
    """The job of a start that failed and whose undo got stuck at that operation; the world is sound again."""
    inject("set_power", FaultKind.FAIL, error="refused", count=None)
    inject(at, FaultKind.FAIL, error="unreachable", count=None)
    job = run_job(instances.start(tenant, instance))
    assert (job.state, job.cursor > 0) == ("failed", True)
    cloud.world.clear_faults()
    return job


def resume(job):
    return run_job(jobs.resume(caller(make_root_admin()), job))


def test_a_late_clean_up_keeps_a_disk_that_was_used_since(cloud, tenant, inject):
    instance = deployed(cloud, tenant, start=False)
    job = stuck_start(cloud, tenant, instance, inject, at="remove_volume")
    assert run_job(instances.start(tenant, fresh(instance))).state == "done"
    assert run_job(instances.stop(tenant, fresh(instance))).state == "done"
    assert resume(job).cursor == 0
    volume = fresh(instance).attachments.get().volume
    assert volume.state == "ready"
    made = [effect.detail for effect in cloud.world.effects(subject=volume.uuid)]
    assert made.count("made") == 1
    assert made[-1] != "removed"
    world_equals_rows(cloud)


def test_a_disk_whose_removal_got_stuck_is_not_taken_for_ready(cloud, tenant, inject):
    instance = deployed(cloud, tenant, start=False)
    inject("remove_volume", FaultKind.LOSE_ANSWER, count=None)
    inject("ensure_guest", FaultKind.FAIL, error="refused", count=None)
    job = run_job(instances.start(tenant, instance))
    cloud.world.clear_faults()
    assert fresh(instance).attachments.get().volume.state == "creating"
    assert run_job(instances.start(tenant, fresh(instance))).state == "done"
    resume(job)
    world_equals_rows(cloud)


def test_a_late_clean_up_takes_away_a_disk_that_nobody_can_have_used(cloud, tenant, inject):
    instance = deployed(cloud, tenant, start=False)
    job = stuck_start(cloud, tenant, instance, inject, at="remove_volume")
    assert run_job(instances.destroy(tenant, fresh(instance))).state == "done"
    assert resume(job).cursor == 0
    assert fresh(instance).attachments.get().volume.state == "allocated"
    world_equals_rows(cloud)


def test_an_older_clean_up_leaves_nothing_of_a_newer_one_behind(cloud, tenant, inject):
    instance = deployed(cloud, tenant, start=False)
    older = stuck_start(cloud, tenant, instance, inject, at="remove_volume")
    newer = stuck_start(cloud, tenant, fresh(instance), inject, at="remove_guest")
    assert instance.uuid in guests_of(cloud)
    resume(older)
    resume(newer)
    assert instance.uuid not in guests_of(cloud)
    world_equals_rows(cloud)


def test_a_failure_clears_away_what_an_earlier_one_left_before_it_gives_the_host_back(cloud, tenant, inject):
    instance = stopped(cloud, tenant)
    stuck_start(cloud, tenant, instance, inject, at="remove_guest")
    assert instance.uuid in guests_of(cloud)
    inject("ensure_network", FaultKind.FAIL, error="refused")
    assert run_job(instances.start(tenant, fresh(instance))).state == "failed"
    assert fresh(instance).host is None
    world_equals_rows(cloud)


@pytest.mark.parametrize("operation", ["ensure_network", "ensure_guest", "set_power"])
def test_a_start_that_fails_leaves_it_stopped(cloud, tenant, inject, operation):
    instance = stopped(cloud, tenant)
    inject(operation, FaultKind.FAIL, error="refused", count=None)
    assert run_job(instances.start(tenant, instance)).state == "failed"
    cloud.world.clear_faults()
    assert fresh(instance).state == states.STOPPED
    world_equals_rows(cloud)


def test_a_first_start_that_fails_takes_its_new_disk_away(cloud, tenant, inject):
    instance = deployed(cloud, tenant, start=False)
    inject("ensure_guest", FaultKind.FAIL, error="refused")
    assert run_job(instances.start(tenant, instance)).state == "failed"
    assert fresh(instance).attachments.get().volume.state == "allocated"
    world_equals_rows(cloud)


def test_a_disk_that_vanished_is_not_replaced_by_an_empty_one(cloud, tenant):
    instance = stopped(cloud, tenant)
    volume = instance.attachments.get().volume
    delete_volume(cloud.world, volume.uuid)
    job = run_job(instances.start(tenant, instance))
    assert (job.state, fresh(instance).state) == ("failed", states.STOPPED)
    assert [effect.detail for effect in cloud.world.effects(subject=volume.uuid)] == ["made", "deleted"]


def test_a_stop_that_cannot_reach_the_host_leaves_it_running(cloud, tenant):
    instance = deployed(cloud, tenant)
    set_reachable(cloud.world, cloud.host.settings["place"], False)
    assert run_job(instances.stop(tenant, instance)).state == "failed"
    set_reachable(cloud.world, cloud.host.settings["place"], True)
    assert fresh(instance).state == states.RUNNING
    world_equals_rows(cloud)


def test_a_stop_that_comes_half_way_leaves_it_stopped_where_it_is(cloud, tenant, inject):
    instance = deployed(cloud, tenant)
    inject("remove_guest", FaultKind.FAIL, error="refused", count=None)
    assert run_job(instances.stop(tenant, instance)).state == "failed"
    cloud.world.clear_faults()
    instance = fresh(instance)
    assert (instance.state, instance.host) == (states.STOPPED, cloud.host)
    world_equals_rows(cloud)
    assert run_job(instances.start(tenant, instance)).state == "done"
    world_equals_rows(cloud)


def test_a_destroying_that_cannot_reach_the_host_leaves_it_running(cloud, tenant):
    instance = deployed(cloud, tenant)
    set_reachable(cloud.world, cloud.host.settings["place"], False)
    assert run_job(instances.destroy(tenant, instance)).state == "failed"
    set_reachable(cloud.world, cloud.host.settings["place"], True)
    assert fresh(instance).state == states.RUNNING
    world_equals_rows(cloud)


def test_a_reboot_that_cannot_come_up_ends_stopped_with_its_host_kept(cloud, tenant, inject):
    instance = deployed(cloud, tenant)
    volume = instance.attachments.get().volume
    with_disk = len(cloud.world.effects())
    delete_volume(cloud.world, volume.uuid)
    job = run_job(instances.reboot(tenant, instance))
    instance = fresh(instance)
    assert (job.state, instance.state, instance.host) == ("failed", states.STOPPED, cloud.host)
    assert instance.power == "off"
    assert len(cloud.world.effects()) == with_disk + 2


def test_an_expunging_whose_disk_cannot_be_deleted_can_be_tried_again(cloud, tenant, inject):
    instance = destroyed(cloud, tenant)
    fault = inject("remove_volume", FaultKind.FAIL, error="refused", count=None)
    assert run_job(instances.expunge(tenant, instance)).state == "failed"
    cloud.world.clear_faults(fault)
    instance = fresh(instance)
    assert instance.state == states.DESTROYED
    world_equals_rows(cloud)
    assert run_job(instances.expunge(tenant, instance)).state == "done"
    world_equals_rows(cloud)


def test_clearing_up_on_another_host_leaves_a_running_instance_its_address(cloud, tenant):
    instance = deployed(cloud, tenant)
    assert run_job(submit_cleaning_of(instance, cloud.hosts[1])).state == "done"
    world_equals_rows(cloud)


def test_an_instance_is_not_cleared_away_from_where_it_runs(cloud, tenant):
    instance = deployed(cloud, tenant)
    job = run_job(submit_cleaning_of(instance, cloud.host))
    assert (job.state, job.message_code) == ("failed", "conflict")
    assert cloud.host.name not in job.message
    world_equals_rows(cloud)


def submit_cleaning_of(instance, host):
    with transaction.atomic():
        return submit_cleaning(caller(make_root_admin()), instance, host)


def test_what_is_made_and_undone_is_told_in_the_same_order(cloud, tenant, inject):
    """The address is free for others only after the guest is gone and its reservation with it."""
    inject("set_power", FaultKind.FAIL, error="refused")
    _, job = submit_deployment(cloud, tenant)
    job = run_job(job)
    undone = [entry["step"] for entry in job.timeline if entry["outcome"] == "undone"]
    assert undone == ["power-on", "ensure-guest", "ensure-networks", "ensure-volumes", "claim-host"]


def test_deploying_and_starting_are_the_same_work():
    assert DeployInstance.steps[:-1] == StartInstance.steps[:-1]
