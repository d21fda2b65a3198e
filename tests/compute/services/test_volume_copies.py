import pytest

from cloudportal.core import plans
from cloudportal.core.errors import Conflict, InvalidInput, LimitReached, NotPermitted, WrongState
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.events.models import Alert
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from compute.models import ServiceOffering
from compute.services import instances, volume_copies, volume_sizes
from compute.services.volume_copies import CloneValues, MoveValues
from compute.services.volume_sizes import ResizeValues
from storage.connections import storage_driver
from storage.models import Pool, Volume
from storage.services import volumes
from tenants.models import Counter
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import make_caller, make_personas
from tests.support.factories_compute import cluster_in, deployed, fresh, make_cloud, stopped
from tests.support.factories_infra import GIB, make_host, make_pool, make_zone
from tests.support.factories_volumes import another_pool, fresh_volume, make_attached, make_volume
from tests.support.jobs import run_job
from tests.support.scenarios_volumes import lies_in_one_place

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller():
    return make_caller()


@pytest.fixture
def root():
    return make_personas().root_admin


@pytest.fixture
def cloud():
    return make_cloud()


@pytest.fixture
def volume(cloud, caller):
    return make_volume(cloud.zone, caller)


@pytest.fixture
def other(cloud):
    return another_pool(cloud)


def cloned(caller, volume):
    copy, job = volume_copies.clone(caller, volume, CloneValues(name="copy"))
    return fresh_volume(copy), run_job(job)


def moved(root, volume, pool):
    return run_job(volume_copies.move(root, volume, MoveValues(pool=pool.uuid)))


def test_a_clone_is_a_volume_of_its_own_counted_and_metered(cloud, caller, volume):
    copy, job = cloned(caller, volume)
    copy.refresh_from_db()
    assert (job.state, copy.state, copy.size_bytes, copy.held_by) == ("done", "ready", 2 * GIB, None)
    assert copy.locator != volume.locator
    row = Counter.objects.get(level="account", owner_id=volume.account_id, resource="volumes")
    assert row.used == 2
    world_equals_rows(cloud)


def test_an_admins_clone_belongs_to_the_volumes_account(root, volume):
    copy, _ = cloned(root, volume)
    assert copy.account == volume.account


def test_a_root_disk_can_be_cloned_to_a_data_volume(cloud, caller):
    instance = stopped(cloud, caller)
    copy, job = cloned(caller, fresh_volume(instance.attachments.get().volume))
    assert (job.state, copy.kind) == ("done", "data")


def test_what_an_instance_writes_to_is_not_cloned(cloud, caller, volume):
    volume = make_attached(caller, volume, deployed(cloud, caller))
    with pytest.raises(WrongState) as refusal:
        volume_copies.clone(caller, volume, CloneValues(name="copy"))
    assert "snapshot" in refusal.value.detail


def test_a_clone_that_fails_leaves_nothing_and_counts_for_nothing(cloud, caller, volume):
    cloud.world.inject(Fault(operation="copy_volume", kind=FaultKind.FAIL, error="refused", count=None))
    copy, job = cloned(caller, volume)
    assert (job.state, Volume.objects.get(pk=copy.pk).state) == ("failed", "deleted")
    world_equals_rows(cloud)


def test_limits_are_asked_before_a_clone(caller, volume):
    Counter.objects.filter(level="account", resource="volumes").update(maximum=1)
    with pytest.raises(LimitReached):
        volume_copies.clone(caller, volume, CloneValues(name="copy"))


@pytest.mark.parametrize("name", ["", " ", "a" * 101, "a\nb", "\0"])
def test_a_name_that_cannot_be_is_refused(caller, volume, name):
    with pytest.raises(InvalidInput):
        volume_copies.clone(caller, volume, CloneValues(name=name))


def test_a_free_volume_moves_to_another_pool(root, cloud, volume, other):
    assert moved(root, volume, other).state == "done"
    assert fresh_volume(volume).pool == other
    other.refresh_from_db()
    cloud.pool.refresh_from_db()
    assert (other.claimed_bytes, cloud.pool.claimed_bytes) == (2 * GIB, 0)


def test_a_running_instance_goes_on_while_its_disk_moves(root, cloud, caller, volume, other):
    instance = deployed(cloud, caller)
    volume = make_attached(caller, volume, instance)
    job = moved(root, volume, other)
    assert job.state == "done", job.message
    assert fresh(instance).state == "running"
    lies_in_one_place(cloud, other, job)


def test_a_stopped_instance_starts_from_where_its_disk_lies(root, cloud, caller, other):
    instance = stopped(cloud, caller)
    job = moved(root, fresh_volume(instance.attachments.get().volume), other)
    assert job.state == "done", job.message
    assert run_job(instances.start(caller, fresh(instance))).state == "done"
    lies_in_one_place(cloud, other, job)


def test_only_root_admins_choose_pools(caller, volume, other):
    with pytest.raises(NotPermitted):
        volume_copies.move(caller, volume, MoveValues(pool=other.uuid))


def test_a_pool_that_cannot_take_it_is_refused_with_the_reason(root, cloud, caller, volume, other):
    elsewhere = make_pool(make_zone())
    closed = another_pool(cloud, state="disabled")
    for pool, words in ((volume.pool, "already"), (elsewhere, "another zone"), (closed, "disabled")):
        with pytest.raises(InvalidInput) as refusal:
            volume_copies.move(root, volume, MoveValues(pool=pool.uuid))
        assert words in refusal.value.detail


def test_what_the_offering_asks_for_is_asked_of_the_new_pool_too(root, cloud, caller, other):
    another_pool(cloud, tags=["fast"])
    volume = make_volume(cloud.zone, caller, tags=["fast"])
    with pytest.raises(InvalidInput) as refusal:
        volume_copies.move(root, volume, MoveValues(pool=other.uuid))
    assert "fast" in refusal.value.detail


def test_what_the_size_asks_for_is_asked_for_its_root_disk_too(root, cloud, caller, other):
    instance = deployed(cloud, caller)
    ServiceOffering.objects.filter(pk=instance.offering_id).update(storage_tags=["fast"])
    disk = fresh_volume(instance.attachments.get().volume)
    with pytest.raises(InvalidInput, match="fast"):
        volume_copies.move(root, disk, MoveValues(pool=other.uuid))
    data = make_attached(caller, make_volume(cloud.zone, caller), instance)
    target = another_pool(cloud, tags=["fast"])
    assert moved(root, disk, target).state == "done"
    assert moved(root, data, target).state == "done"


def test_pools_without_a_host_between_them_are_refused(root, cloud, volume):
    far = make_pool(cloud.zone, host=make_host(cluster_in(cloud.zone), state="disabled"))
    with pytest.raises(Conflict) as refusal:
        volume_copies.move(root, volume, MoveValues(pool=far.uuid))
    assert "No host that is up reaches both" in refusal.value.detail


def test_a_disk_is_not_moved_away_from_the_other_disks_of_a_stopped_instance(root, cloud, caller):
    """Each pool has a host in common with the first, and neither has one with the other."""
    near, far = (make_host(cluster_in(cloud.zone)) for _ in range(2))
    beside_near, beside_far = (another_pool(cloud, host=host) for host in (near, far))
    instance = stopped(cloud, caller)
    volume = make_attached(caller, make_volume(cloud.zone, caller), instance)
    root_disk = instance.attachments.get(device_index=0).volume
    job = moved(root, fresh_volume(root_disk), beside_near)
    assert job.state == "done", job.message
    with pytest.raises(Conflict) as refusal:
        volume_copies.move(root, fresh_volume(volume), MoveValues(pool=beside_far.uuid))
    assert f"together with the storage of the other disks of {instance.name} ({beside_near.name})" in (
        refusal.value.detail
    )


def test_a_pool_without_room_leaves_everything_as_it_was(root, volume, other):
    other.capacity_bytes = GIB // 2
    other.save()
    job = moved(root, volume, other)
    assert (job.state, job.message_code) == ("failed", "no-room")
    assert fresh_volume(volume).pool == volume.pool


def test_an_old_copy_that_cannot_be_removed_is_told_and_removed_by_another_try(
    root, cloud, caller, volume, other
):
    volume = make_attached(caller, volume, deployed(cloud, caller))
    cloud.world.inject(Fault(operation="remove_volume", kind=FaultKind.FAIL, error="refused", count=None))
    job = moved(root, volume, other)
    assert job.state == "failed"
    assert fresh_volume(volume).pool == other
    assert Alert.objects.filter(code="volume-left-behind").exists()
    cloud.world.clear_faults()
    job = run_job(jobs.retry(root, job))
    assert job.state == "done"
    lies_in_one_place(cloud, other, job)


def left_behind(root, cloud, volume, pool):
    """The job of a move that could not remove the old copy."""
    cloud.world.inject(Fault(operation="remove_volume", kind=FaultKind.FAIL, error="refused", count=None))
    job = moved(root, volume, pool)
    cloud.world.clear_faults()
    assert (job.state, fresh_volume(volume).pool) == ("failed", pool)
    return job


def on(pool):
    with storage_driver(pool) as driver:
        return {one.uuid for one in driver.list_volumes()}


def test_an_old_copy_is_removed_though_the_volume_is_deleted_by_now(root, cloud, caller, volume, other):
    job = left_behind(root, cloud, volume, other)
    assert run_job(volumes.delete(caller, fresh_volume(volume))).state == "done"
    assert on(cloud.pool) == {volume.uuid}
    assert run_job(jobs.retry(root, job)).state == "done"
    assert on(cloud.pool) == on(other) == set()
    assert not Alert.objects.filter(code="volume-left-behind").exclude(open_key=None).exists()


def test_an_old_copy_is_removed_though_the_volume_has_moved_on(root, cloud, volume, other):
    third = another_pool(cloud)
    job = left_behind(root, cloud, volume, other)
    assert moved(root, fresh_volume(volume), third).state == "done"
    assert run_job(jobs.retry(root, job)).state == "done"
    assert (on(cloud.pool), on(other), on(third)) == (set(), set(), {volume.uuid})
    other.refresh_from_db()
    assert (fresh_volume(volume).pool, other.claimed_bytes) == (third, 0)


def test_a_volume_that_came_back_is_no_old_copy(root, cloud, volume, other):
    left_behind(root, cloud, volume, other)
    assert moved(root, fresh_volume(volume), cloud.pool).state == "done"
    assert (on(cloud.pool), on(other)) == ({volume.uuid}, set())
    assert not Alert.objects.filter(code="volume-left-behind").exclude(open_key=None).exists()


@pytest.mark.parametrize(
    "begin",
    [
        lambda caller, instance, disk: instances.reinstall(caller, instance),
        lambda caller, instance, disk: volume_sizes.resize(caller, disk, ResizeValues(size_gib=9)),
        lambda caller, instance, disk: volume_copies.clone(caller, disk, CloneValues(name="copy")),
    ],
    ids=["reinstall", "grow", "clone"],
)
def test_what_needs_more_of_its_storage_is_refused_while_that_is_closed(cloud, caller, begin):
    instance = stopped(cloud, caller)
    Pool.objects.filter(pk=cloud.pool.pk).update(state="disabled")
    before = Job.objects.count()
    with pytest.raises(Conflict, match="takes nothing new while it is disabled"):
        begin(caller, instance, fresh_volume(instance.attachments.get().volume))
    assert (Job.objects.count(), fresh(instance).state) == (before, "stopped")


def test_a_move_is_not_tried_again_to_storage_that_is_closed_since(root, cloud, volume, other):
    cloud.world.inject(Fault(operation="copy_volume", kind=FaultKind.FAIL, error="refused", count=None))
    job = moved(root, volume, other)
    assert job.state == "failed"
    cloud.world.clear_faults()
    Pool.objects.filter(pk=other.pk).update(state="disabled")
    with pytest.raises(InvalidInput, match="is disabled"):
        jobs.retry(root, job)


def test_the_plan_says_what_a_move_means(root, cloud, caller, volume, other):
    volume = make_attached(caller, volume, deployed(cloud, caller))
    plan = plans.planned(lambda: volume_copies.move(root, volume, MoveValues(pool=other.uuid)))
    text = " ".join(one["sentence"] for one in plan.effects)
    assert f"to {other.name}" in text
    assert "goes on running" in text
