"""Resizing: a stopped instance any way, a running one upwards; limits, claims and meters follow, whatever happens."""

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import (
    Busy,
    InvalidInput,
    LimitReached,
    NoRoom,
    NotFound,
    NotPermitted,
    WrongState,
)
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.drivers.simulated.tampering import set_reachable
from cloudportal.events.models import Event, MeterMark
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from compute import states
from compute.drivers.simulator import SimulatedCompute
from compute.models import Instance
from compute.services import instances
from compute.services.instances import ResizeValues
from tenants.models import Counter, SettingValue
from tenants.resources import Resource
from tenants.services.limits_recount import find_drift
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import account_of, caller, make_personas, make_root_admin, used_by
from tests.support.factories_compute import deployed, fresh, guests_of, make_offering, stopped
from tests.support.jobs import run_job, run_jobs

pytestmark = pytest.mark.django_db


def to(instance, tenant, **size):
    """The job that gives the instance a new offering of that size."""
    known = {"cpus": 2, "memory_mib": 1024, **size}
    return instances.resize(tenant, fresh(instance), ResizeValues(offering=make_offering(**known).uuid))


def size_of(instance):
    instance = fresh(instance)
    return instance.cpus, instance.memory_mib


def counted(tenant):
    account = account_of(tenant)
    return used_by(account, Resource.CPUS), used_by(account, Resource.MEMORY_MIB)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_transaction_while_a_driver_is_called")
def test_a_running_instance_grows_without_a_pause(cloud, tenant, instance):
    before = len(cloud.world.effects(operation="set_power"))
    job = run_job(to(instance, tenant))
    assert (job.state, fresh(instance).state, size_of(instance)) == ("done", states.RUNNING, (2, 1024))
    assert len(cloud.world.effects(operation="set_power")) == before
    assert guests_of(cloud)[instance.uuid][1].memory_mib == 1024
    assert counted(tenant) == (2, 1024)
    world_equals_rows(cloud)


@pytest.mark.parametrize("size", [(2, 1024), (1, 256), (2, 256)], ids=str)
def test_a_stopped_instance_takes_any_size_and_starts_with_it(cloud, tenant, size):
    instance = stopped(cloud, tenant)
    assert run_job(to(instance, tenant, cpus=size[0], memory_mib=size[1])).state == "done"
    assert (size_of(instance), counted(tenant)) == (size, size)
    world_equals_rows(cloud)
    assert run_job(instances.start(tenant, fresh(instance))).state == "done"
    guest = guests_of(cloud)[instance.uuid][1]
    assert (guest.cpus, guest.memory_mib) == size
    world_equals_rows(cloud)


def test_a_size_that_leaves_the_amounts_open_is_chosen_within_its_bounds(tenant, instance):
    custom = make_offering(cpus=None, memory_mib=None, most_cpus=3, least_memory_mib=640).uuid
    with pytest.raises(InvalidInput) as refusal:
        instances.resize(tenant, instance, ResizeValues(offering=custom, cpus=4, memory_mib=640))
    assert "cpus" in refusal.value.fields
    values = ResizeValues(offering=custom, cpus=3, memory_mib=640)
    assert run_job(instances.resize(tenant, instance, values)).state == "done"
    again = ResizeValues(offering=custom, cpus=3, memory_mib=768)
    assert run_job(instances.resize(tenant, fresh(instance), again)).state == "done"
    assert (size_of(instance), counted(tenant)) == ((3, 768), (3, 768))


def test_an_instance_that_was_never_started_can_be_resized(cloud, tenant):
    instance = deployed(cloud, tenant, start=False)
    assert run_job(to(instance, tenant)).state == "done"
    assert run_job(instances.start(tenant, fresh(instance))).state == "done"
    world_equals_rows(cloud)


def test_what_a_stop_left_on_a_host_is_cleared_away_first(cloud, tenant, instance):
    fault = cloud.world.inject(
        Fault(operation="remove_guest", kind=FaultKind.FAIL, error="refused", count=None)
    )
    assert run_job(instances.stop(tenant, instance)).state == "failed"
    cloud.world.clear_faults(fault)
    assert fresh(instance).host
    assert run_job(to(instance, tenant, cpus=4)).state == "done"
    assert fresh(instance).host is None
    world_equals_rows(cloud)


def test_growing_twice_goes_as_far_as_it_was_started_for(tenant, instance):
    assert (instance.most_cpus, instance.most_memory_mib) == (4, 2048)
    assert run_job(to(instance, tenant)).state == "done"
    assert run_job(to(instance, tenant, cpus=4, memory_mib=2048)).state == "done"
    with pytest.raises(WrongState) as refusal:
        to(instance, tenant, cpus=5, memory_mib=2048)
    assert "grow to 4 CPUs and 2048 MiB. Stop" in refusal.value.detail


@pytest.mark.parametrize(
    ("size", "why"),
    [
        ({"cpus": 1, "memory_mib": 256}, "neither CPUs nor memory back"),
        ({"cpus": 16}, "As it was started"),
        ({"memory_mib": 4096}, "As it was started"),
        ({"memory_mib": 1000}, "steps of 128 MiB"),
        ({"host_tags": ["ssd"]}, "another kind of host"),
        ({"is_cpu_capped": True}, "other caps"),
    ],
    ids=["less", "too many CPUs", "too much memory", "half a step", "other hosts", "other caps"],
)
def test_what_a_running_instance_cannot_take_says_to_stop_it(cloud, tenant, instance, size, why):
    jobs_before = Job.objects.count()
    with pytest.raises(WrongState) as refusal:
        to(instance, tenant, **size)
    assert why in refusal.value.detail
    assert f"Stop {instance.name} first" in refusal.value.detail
    assert (Job.objects.count(), counted(tenant)) == (jobs_before, (1, 512))


def test_a_host_that_cannot_do_it_is_not_asked(monkeypatch, tenant, instance):
    monkeypatch.setattr("compute.topology.abilities.issubclass", lambda *_: False, raising=False)
    with pytest.raises(WrongState) as refusal:
        to(instance, tenant)
    assert "on this kind of host" in refusal.value.detail


def test_instances_that_may_not_grow_are_stopped_first(cloud, tenant):
    SettingValue.objects.create(name="instance.growth", key="global", value=1)
    instance = deployed(cloud, tenant)
    with pytest.raises(WrongState):
        to(instance, tenant)


def test_a_full_host_is_said_before_a_job_is_submitted(cloud, tenant, instance):
    type(cloud.host).objects.update(claimed_memory_mib=65536)
    with pytest.raises(NoRoom) as refusal:
        to(instance, tenant)
    assert "Stop it first" in refusal.value.detail
    assert counted(tenant) == (1, 512)


def test_a_host_that_fills_up_meanwhile_gives_nothing(cloud, tenant, instance):
    job = to(instance, tenant)
    hosts = type(cloud.host).objects.filter(pk=instance.host_id)
    hosts.update(claimed_memory_mib=65536)
    job = run_job(job)
    assert (job.state, job.message_code, size_of(instance)) == ("failed", "no-room", (1, 512))
    hosts.update(claimed_memory_mib=512)
    world_equals_rows(cloud)


def test_a_limit_stands_in_the_way_of_what_is_more(tenant, instance):
    Counter.objects.filter(owner_id=account_of(tenant).pk, resource="memory_mib").update(maximum=700)
    with pytest.raises(LimitReached) as refusal:
        to(instance, tenant)
    assert refusal.value.values["wanted"] == 512
    assert counted(tenant) == (1, 512)


def test_while_it_is_resized_what_it_will_have_is_counted_already(cloud, tenant, instance):
    to(instance, tenant)
    assert counted(tenant) == (2, 1024)
    assert find_drift((Resource.CPUS, Resource.MEMORY_MIB)) == []
    run_jobs()
    assert find_drift((Resource.CPUS, Resource.MEMORY_MIB)) == []


def test_what_a_resizing_could_not_give_back_is_still_counted(cloud, tenant, instance):
    job = to(instance, tenant)
    unsettled = {"is_unsettled": True, "was_given_up": True}
    Job.objects.filter(pk=job.pk).update(state="failed", is_undoing=True, message_values=unsettled)
    assert counted(tenant) == (2, 1024)
    assert find_drift((Resource.CPUS, Resource.MEMORY_MIB)) == []


def test_while_it_shrinks_what_it_has_is_still_counted(cloud, tenant):
    instance = stopped(cloud, tenant)
    to(instance, tenant, memory_mib=256)
    assert counted(tenant) == (2, 512)
    assert find_drift((Resource.CPUS, Resource.MEMORY_MIB)) == []


def test_the_meters_go_on_with_the_new_size_without_a_gap(tenant, instance):
    assert run_job(to(instance, tenant)).state == "done"
    marks = list(MeterMark.objects.filter(subject_uuid=instance.uuid, meter="running-instance"))
    first, stop, again = sorted(marks, key=lambda mark: mark.pk)
    assert (first.starts, stop.starts, again.starts) == (True, False, True)
    assert stop.at == again.at
    assert (first.quantities["memory_mib"], again.quantities["memory_mib"]) == (512, 1024)


@pytest.mark.parametrize("kind", [FaultKind.FAIL, FaultKind.LOSE_ANSWER, FaultKind.HANG])
def test_a_stumble_on_the_way_is_got_over(cloud, tenant, instance, kind):
    cloud.world.inject(Fault(operation="grow_guest", kind=kind, count=2))
    assert run_job(to(instance, tenant)).state == "done"
    world_equals_rows(cloud)


def test_what_the_host_refuses_changes_nothing(cloud, tenant, instance):
    fault = cloud.world.inject(
        Fault(operation="grow_guest", kind=FaultKind.FAIL, error="refused", count=None)
    )
    assert run_job(to(instance, tenant)).state == "failed"
    cloud.world.clear_faults(fault)
    assert (size_of(instance), counted(tenant)) == ((1, 512), (1, 512))
    world_equals_rows(cloud)
    assert run_job(to(instance, tenant)).state == "done"
    world_equals_rows(cloud)


def test_a_guest_that_got_half_of_it_keeps_that(cloud, tenant, instance, monkeypatch):
    whole = SimulatedCompute.grow_guest

    def half(self, uuid, *, cpus, memory_mib):
        whole(self, uuid, cpus=1, memory_mib=memory_mib)
        raise LookupError("the host came only half-way")

    monkeypatch.setattr(SimulatedCompute, "grow_guest", half)
    assert run_job(to(instance, tenant)).state == "failed"
    assert (size_of(instance), counted(tenant)) == ((1, 1024), (1, 1024))
    assert fresh(instance).offering == cloud.offering
    world_equals_rows(cloud)


def test_a_host_out_of_reach_leaves_it_as_it_is_known(cloud, tenant, instance):
    place = instance.host.settings["place"]
    job = to(instance, tenant)
    set_reachable(cloud.world, place, False)
    job = run_job(job)
    assert (job.state, size_of(instance), counted(tenant)) == ("failed", (1, 512), (1, 512))
    set_reachable(cloud.world, place, True)
    assert find_drift((Resource.CPUS, Resource.MEMORY_MIB)) == []
    run_job(jobs.resume(caller(make_root_admin()), job))
    world_equals_rows(cloud)


def test_a_resizing_that_failed_can_be_tried_again(cloud, tenant, instance):
    fault = cloud.world.inject(
        Fault(operation="grow_guest", kind=FaultKind.FAIL, error="refused", count=None)
    )
    job = run_job(to(instance, tenant))
    cloud.world.clear_faults(fault)
    again = jobs.retry(caller(make_root_admin()), job)
    assert counted(tenant) == (2, 1024)
    assert run_job(again).state == "done"
    world_equals_rows(cloud)


def test_a_resizing_of_what_stopped_meanwhile_is_not_tried_again(cloud, tenant, instance):
    fault = cloud.world.inject(
        Fault(operation="grow_guest", kind=FaultKind.FAIL, error="refused", count=None)
    )
    job = run_job(to(instance, tenant))
    cloud.world.clear_faults(fault)
    run_job(instances.stop(tenant, fresh(instance)))
    with pytest.raises(WrongState):
        jobs.retry(caller(make_root_admin()), job)
    assert counted(tenant) == (1, 512)


def test_what_was_given_is_kept_over_a_reboot(cloud, tenant, instance):
    run_job(to(instance, tenant))
    assert run_job(instances.reboot(tenant, fresh(instance))).state == "done"
    world_equals_rows(cloud)


def test_a_size_must_be_another_one_that_is_open_and_enough(cloud, tenant, instance):
    closed = make_offering(is_active=False)
    type(cloud.template).objects.update(minimum_memory_mib=300)
    for offering, refusal in (
        (cloud.offering.uuid, InvalidInput),
        (make_offering(memory_mib=256).uuid, InvalidInput),
        (closed.uuid, NotFound),
        (make_offering(is_zone_bound=True).uuid, InvalidInput),
        ("nothing", NotFound),
    ):
        with pytest.raises(refusal):
            instances.resize(tenant, fresh(instance), ResizeValues(offering=offering))


def test_an_outdated_row_in_hand_decides_nothing(cloud, tenant, instance):
    Instance.objects.filter(pk=instance.pk).update(state=states.DESTROYED)
    with pytest.raises(WrongState):
        instances.resize(tenant, instance, ResizeValues(offering=make_offering(cpus=2).uuid))


def test_one_job_at_a_time_has_it(cloud, tenant, instance):
    to(instance, tenant)
    with pytest.raises(Busy):
        to(instance, tenant)
    assert counted(tenant) == (2, 1024)


def test_a_plan_says_what_it_would_have(tenant, instance):
    offering = make_offering(cpus=2, memory_mib=1024)
    plan = plans.planned(lambda: instances.resize(tenant, instance, ResizeValues(offering=offering.uuid)))
    sentences = [one["sentence"] for one in plan.effects]
    assert any("2 CPUs and 1024 MiB of memory instead of 1 CPU and 512 MiB" in one for one in sentences)
    assert {one["resource"]: one["amount"] for one in plan.effects if one["kind"] == "limit"} == {
        "cpus": 1,
        "memory_mib": 512,
    }
    assert counted(tenant) == (1, 512)


def test_it_is_told_when_it_begins_and_when_it_is_done(tenant, instance):
    run_job(to(instance, tenant))
    assert list(Event.objects.filter(type="VM.UPGRADE").order_by("id").values_list("stage", flat=True)) == [
        "started",
        "completed",
    ]


def test_a_read_only_role_resizes_nothing(instance):
    with pytest.raises(NotPermitted):
        to(instance, make_personas().read_only_admin)
