import pytest

from cloudportal.core import plans
from cloudportal.core.errors import Conflict, InvalidInput, LimitReached, NotFound, WrongState
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.events.models import Event, MeterMark
from cloudportal.jobs import services as jobs
from compute.drivers.limits import DiskLimits
from compute.services import instances, volume_sizes
from compute.services.volume_sizes import ResizeValues
from storage.connections import storage_driver
from storage.models import Pool
from tenants.models import Counter
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import make_caller, make_personas
from tests.support.factories_compute import deployed, fresh, guests_of, make_cloud, stopped
from tests.support.factories_infra import GIB, make_disk_offering
from tests.support.factories_volumes import fresh_volume, make_attached, make_volume
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller():
    return make_caller()


@pytest.fixture
def cloud():
    return make_cloud()


@pytest.fixture
def volume(cloud, caller):
    return make_volume(cloud.zone, caller)


def resize(caller, volume, **values):
    return run_job(volume_sizes.resize(caller, volume, ResizeValues(**values)))


def counted(caller):
    row = Counter.objects.get(
        level="account", owner_id=caller.owner.account_id, resource="primary_storage_gib"
    )
    return row.used


def size_in_world(volume):
    with storage_driver(volume.pool) as driver:
        return driver.volume(volume.uuid).size_bytes


def test_a_free_volume_is_grown_by_its_pool_counted_and_metered(cloud, caller, volume):
    assert resize(caller, volume, size_gib=7).state == "done"
    volume = fresh_volume(volume)
    assert (volume.size_bytes, size_in_world(volume), counted(caller)) == (7 * GIB, 7 * GIB, 7)
    assert Pool.objects.get(pk=volume.pool_id).claimed_bytes == 7 * GIB
    marks = MeterMark.objects.filter(subject_uuid=volume.uuid).order_by("id")
    assert [(one.starts, one.quantities.get("size_bytes")) for one in marks] == [
        (True, 2 * GIB),
        (False, None),
        (True, 7 * GIB),
    ]
    stages = Event.objects.filter(type="VOLUME.RESIZE").order_by("id").values_list("stage", flat=True)
    assert list(stages) == ["started", "completed"]
    world_equals_rows(cloud)


def test_a_running_instance_sees_the_larger_disk(cloud, caller, volume):
    volume = make_attached(caller, volume, deployed(cloud, caller))
    assert resize(caller, volume, size_gib=3).state == "done"
    assert size_in_world(fresh_volume(volume)) == 3 * GIB
    assert [one.detail for one in cloud.world.effects(operation="grow_disk")] == [
        f"grew {volume.locator} to {3 * GIB}"
    ]


def test_root_disks_grow_too_and_wishes_only_count(cloud, caller):
    running = deployed(cloud, caller)
    root = fresh_volume(running.attachments.get().volume)
    assert resize(caller, root, size_gib=4).state == "done"
    never = deployed(cloud, caller, start=False)
    wish = fresh_volume(never.attachments.get().volume)
    assert resize(caller, wish, size_gib=5).state == "done"
    assert run_job(instances.start(caller, fresh(never))).state == "done"
    assert size_in_world(fresh_volume(wish)) == 5 * GIB
    world_equals_rows(cloud)


@pytest.mark.parametrize("size_gib", [1, 0, -3, 2**40])
def test_a_size_that_cannot_be_is_refused_beside_its_field(caller, volume, size_gib):
    with pytest.raises(InvalidInput) as refusal:
        volume_sizes.resize(caller, volume, ResizeValues(size_gib=size_gib))
    assert "size_gib" in refusal.value.fields


def test_shrinking_is_refused_with_the_reason(caller, volume):
    with pytest.raises(InvalidInput) as refusal:
        volume_sizes.resize(caller, volume, ResizeValues(size_gib=1))
    assert "would be cut off" in refusal.value.detail


def test_another_offering_may_bring_another_size(cloud, caller, volume):
    offering = make_disk_offering(size_gib=9)
    assert resize(caller, volume, offering=offering.uuid).state == "done"
    volume = fresh_volume(volume)
    assert (volume.offering, volume.size_bytes) == (offering, 9 * GIB)


def test_an_offering_for_other_storage_is_refused_with_what_to_do(caller, volume):
    offering = make_disk_offering(size_gib=None, tags=["fast"])
    with pytest.raises(InvalidInput) as refusal:
        volume_sizes.resize(caller, volume, ResizeValues(offering=offering.uuid))
    assert "Move the volume" in refusal.value.detail


def test_an_offering_that_is_closed_is_not_found(caller, volume):
    offering = make_disk_offering(size_gib=9, is_active=False)
    with pytest.raises(NotFound):
        volume_sizes.resize(caller, volume, ResizeValues(offering=offering.uuid))


def test_a_limit_is_asked_before_anything_happens(caller, volume):
    Counter.objects.filter(level="account", resource="primary_storage_gib").update(maximum=4)
    with pytest.raises(LimitReached):
        volume_sizes.resize(caller, volume, ResizeValues(size_gib=5))
    assert counted(caller) == 2


def test_a_full_pool_leaves_everything_as_it_was(caller, volume):
    Pool.objects.filter(pk=volume.pool_id).update(capacity_bytes=3 * GIB)
    job = resize(caller, volume, size_gib=5)
    assert (job.state, job.message_code) == ("failed", "no-room")
    assert (fresh_volume(volume).size_bytes, counted(caller)) == (2 * GIB, 2)
    assert Pool.objects.get(pk=volume.pool_id).claimed_bytes == 2 * GIB


def test_a_growth_whose_answer_was_lost_counts_as_grown(cloud, caller, volume):
    cloud.world.inject(Fault(operation="grow_volume", kind=FaultKind.LOSE_ANSWER, count=None))
    job = resize(caller, volume, size_gib=5)
    assert job.state == "failed"
    assert (fresh_volume(volume).size_bytes, counted(caller)) == (5 * GIB, 5)
    world_equals_rows(cloud)


def test_a_refused_growth_can_be_tried_again(cloud, caller, volume):
    fault = cloud.world.inject(
        Fault(operation="grow_volume", kind=FaultKind.FAIL, error="refused", count=None)
    )
    job = resize(caller, volume, size_gib=5)
    assert (job.state, counted(caller)) == ("failed", 2)
    cloud.world.clear_faults(fault)
    assert run_job(jobs.retry(make_personas().root_admin, job)).state == "done"
    assert (fresh_volume(volume).size_bytes, counted(caller)) == (5 * GIB, 5)
    world_equals_rows(cloud)


def refused(cloud, caller, volume, size_gib):
    """A job that was to give the volume this size and was refused."""
    fault = cloud.world.inject(
        Fault(operation="grow_volume", kind=FaultKind.FAIL, error="refused", count=None)
    )
    job = resize(caller, volume, size_gib=size_gib)
    assert job.state == "failed"
    cloud.world.clear_faults(fault)
    return job


def test_another_try_counts_from_the_size_that_there_is_by_then(cloud, caller, volume):
    job = refused(cloud, caller, volume, 10)
    assert resize(caller, fresh_volume(volume), size_gib=4).state == "done"
    assert run_job(jobs.retry(make_personas().root_admin, job)).state == "done"
    assert (fresh_volume(volume).size_bytes, counted(caller)) == (10 * GIB, 10)
    assert Pool.objects.get(pk=volume.pool_id).claimed_bytes == 10 * GIB
    world_equals_rows(cloud)


def test_another_try_makes_nothing_smaller(cloud, caller, volume):
    job = refused(cloud, caller, volume, 4)
    assert resize(caller, fresh_volume(volume), size_gib=5).state == "done"
    with pytest.raises(Conflict, match="has 5 GiB by now"):
        jobs.retry(make_personas().root_admin, job)
    assert (fresh_volume(volume).size_bytes, counted(caller)) == (5 * GIB, 5)
    assert Pool.objects.get(pk=volume.pool_id).claimed_bytes == 5 * GIB
    world_equals_rows(cloud)


def test_an_instance_on_its_way_keeps_its_disks_as_they_are(cloud, caller, volume):
    instance = deployed(cloud, caller)
    volume = make_attached(caller, volume, instance)
    instances.stop(caller, fresh(instance))
    with pytest.raises(WrongState):
        volume_sizes.resize(caller, volume, ResizeValues(size_gib=5))


def test_the_plan_says_what_would_happen(cloud, caller, volume):
    volume = make_attached(caller, volume, deployed(cloud, caller))
    plan = plans.planned(lambda: volume_sizes.resize(caller, volume, ResizeValues(size_gib=5)))
    text = " ".join(one["sentence"] for one in plan.effects)
    assert "from 2 GiB to 5 GiB" in text
    assert "file systems are yours to grow" in text


def test_other_limits_hold_at_once_where_the_instance_runs(cloud, caller, volume):
    instance = deployed(cloud, caller)
    volume = make_attached(caller, volume, instance)
    faster = make_disk_offering(size_gib=None, read_iops=900, provisioning="fat")
    planned = plans.planned(lambda: volume_sizes.resize(caller, volume, ResizeValues(offering=faster.uuid)))
    text = " ".join(one["sentence"] for one in planned.effects)
    assert "hold at once" in text
    assert "stays thin" in text
    assert resize(caller, volume, offering=faster.uuid).state == "done"
    assert guests_of(cloud)[instance.uuid][1].disks[1].limits == DiskLimits(read_iops=900)
    volume = fresh_volume(volume)
    assert (volume.offering, volume.provisioning) == (faster, "thin")


def test_other_limits_wait_for_the_next_start(cloud, caller, volume):
    instance = stopped(cloud, caller)
    volume = make_attached(caller, volume, instance)
    slower = make_disk_offering(size_gib=None, write_iops=3)
    planned = plans.planned(lambda: volume_sizes.resize(caller, volume, ResizeValues(offering=slower.uuid)))
    assert any(f"when {instance.name} starts next" in one["sentence"] for one in planned.effects)
    assert resize(caller, volume, offering=slower.uuid).state == "done"
    run_job(instances.start(caller, fresh(instance)))
    assert guests_of(cloud)[instance.uuid][1].disks[1].limits == DiskLimits(write_iops=3)
