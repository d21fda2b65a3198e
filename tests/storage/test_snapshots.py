"""Snapshots of volumes: taken at rest and under a running guest, restored, made into volumes and templates, deleted."""

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import Busy, Conflict, InvalidInput, LimitReached, NotFound, WrongState
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.events import meters
from cloudportal.events.models import Event
from cloudportal.jobs import services as jobs
from compute.services import instances
from storage import queries, store
from storage.connections import storage_driver
from storage.images import image_id_of
from storage.models import Snapshot, Template, Volume
from storage.services import snapshots, template_making, volume_bin, volumes
from storage.services.snapshots import NewSnapshot, VolumeOfSnapshot
from storage.services.template_making import NewTemplate
from storage.services.volumes import NewVolume
from tenants.resources import Resource
from tenants.services import limits_recount
from tests.support.factories import (
    account_of,
    caller,
    caller_for,
    make_account,
    make_personas,
    make_root_admin,
    used_by,
)
from tests.support.factories_compute import deployed, make_cloud, stopped
from tests.support.factories_infra import GIB, make_disk_offering, make_snapshot
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db
COUNTED = (Resource.SNAPSHOTS, Resource.VOLUMES, Resource.PRIMARY_STORAGE_GIB)


@pytest.fixture
def user():
    return make_personas().user


@pytest.fixture
def cloud():
    return make_cloud()


@pytest.fixture
def volume(cloud, user):
    """A data volume that is attached to nothing."""
    values = NewVolume(zone_uuid=cloud.zone.uuid, offering_uuid=make_disk_offering().uuid, name="data")
    made, job = volumes.create(user, values)
    assert run_job(job).state == "done"
    return Volume.objects.get(pk=made.pk)


def taken(caller, volume, **values):
    snapshot, job = snapshots.take(caller, NewSnapshot(volume_uuid=volume.uuid, **values))
    assert run_job(job).state == "done", job.message
    return queries.snapshot_for(caller, snapshot.uuid)


def root_of(instance):
    return instance.attachments.get(device_index=0).volume


def copies_on(pool):
    with storage_driver(pool) as driver:
        rows = Snapshot.objects.values_list("uuid", flat=True)
        return [uuid for uuid in rows if driver.find_snapshot(uuid)]


def test_a_snapshot_is_a_whole_image_in_the_store_and_nothing_on_the_pool(user, cloud, volume):
    snapshot = taken(user, volume, name="before the change")
    assert (snapshot.state, snapshot.name, snapshot.volume_name) == ("ready", "before the change", "data")
    assert store.path_of(snapshot.checksum).stat().st_size == snapshot.size_bytes
    assert snapshot.virtual_size_bytes == volume.size_bytes
    assert snapshot.taken_at is not None
    assert copies_on(cloud.pool) == []


def test_a_snapshot_is_counted_metered_and_told(user, volume):
    snapshot = taken(user, volume)
    account = account_of(user)
    assert used_by(account, Resource.SNAPSHOTS) == 1
    assert used_by(account, Resource.SECONDARY_STORAGE_GIB) == 1
    assert meters.is_running(meters.SNAPSHOT, snapshot.uuid)
    stages = Event.objects.filter(type="SNAPSHOT.CREATE").order_by("id").values_list("stage", flat=True)
    assert list(stages) == ["scheduled", "completed"]
    assert limits_recount.find_drift(COUNTED) == []


@pytest.mark.parametrize("is_quiet", [True, False])
def test_the_disk_of_a_running_instance_is_copied_through_its_host(user, cloud, is_quiet):
    instance = deployed(cloud, user)
    snapshot = taken(user, root_of(instance), is_quiet=is_quiet)
    assert snapshot.is_quiet is is_quiet
    assert [one.detail for one in cloud.world.effects(operation="copy_disk")] == ["copied"]


def test_the_disk_of_a_stopped_instance_is_copied_by_its_pool(user, cloud):
    snapshot = taken(user, root_of(stopped(cloud, user)))
    assert snapshot.state == "ready"
    assert cloud.world.effects(operation="copy_disk") == ()


def test_a_snapshot_outlives_its_volume(user, cloud, volume):
    snapshot = taken(user, volume)
    assert run_job(volumes.delete(user, volume)).state == "done"
    made, job = snapshots.make_volume(user, snapshot, VolumeOfSnapshot(name="again"))
    assert run_job(job).state == "done", job.message
    with storage_driver(cloud.pool) as driver:
        assert driver.volume(made.uuid).base_image == image_id_of(snapshot.checksum)
    snapshot = queries.snapshot_for(user, snapshot.uuid)
    with pytest.raises(Conflict):
        snapshots.restore(user, snapshot)


def test_a_volume_is_restored_in_place(user, cloud):
    instance = stopped(cloud, user)
    volume = root_of(instance)
    snapshot = taken(user, volume)
    assert run_job(snapshots.restore(user, snapshot)).state == "done"
    volume.refresh_from_db()
    with storage_driver(cloud.pool) as driver:
        assert driver.volume(volume.uuid).base_image == image_id_of(snapshot.checksum)
    assert (volume.state, volume.snapshot) == ("ready", snapshot)
    assert run_job(instances.start(user, instance)).state == "done"


def test_nothing_is_restored_under_a_running_instance(user, cloud):
    snapshot = taken(user, root_of(deployed(cloud, user)))
    with pytest.raises(WrongState) as refusal:
        snapshots.restore(user, snapshot)
    assert "must be stopped" in refusal.value.detail


def test_a_restoring_that_fails_before_anything_is_lost_changes_nothing(user, cloud, volume):
    snapshot = taken(user, volume)
    cloud.world.inject(Fault(operation="remove_volume", kind=FaultKind.FAIL, error="refused"))
    assert run_job(snapshots.restore(user, snapshot)).state == "failed"
    volume.refresh_from_db()
    assert (volume.state, volume.snapshot) == ("ready", None)


def test_a_restoring_that_fails_too_late_ends_with_the_snapshots_content(user, cloud, volume):
    snapshot = taken(user, volume)
    cloud.world.inject(Fault(operation="ensure_volume", kind=FaultKind.FAIL, error="refused"))
    assert run_job(snapshots.restore(user, snapshot)).state == "failed"
    volume.refresh_from_db()
    with storage_driver(cloud.pool) as driver:
        assert driver.volume(volume.uuid).base_image == image_id_of(snapshot.checksum)
    assert (volume.state, volume.snapshot) == ("ready", snapshot)


def test_a_template_of_a_snapshot_has_the_same_image_and_outlives_it(user, cloud):
    snapshot = taken(user, root_of(stopped(cloud, user)))
    made, job = template_making.of_snapshot(user, snapshot, NewTemplate(name="golden"))
    assert run_job(job).state == "done", job.message
    assert run_job(snapshots.delete(user, queries.snapshot_for(user, snapshot.uuid))).state == "done"
    template = Template.objects.get(pk=made.pk)
    assert (template.state, template.is_public, template.checksum) == ("ready", False, snapshot.checksum)
    assert store.path_of(template.checksum).exists()
    assert deployed(cloud, user, template=template.uuid).state == "running"


def test_a_template_of_a_volume_is_copied_while_its_instance_runs(user, cloud):
    instance = deployed(cloud, user)
    made, job = template_making.of_volume(user, root_of(instance), NewTemplate(name="golden"))
    assert run_job(job).state == "done", job.message
    template = Template.objects.get(pk=made.pk)
    assert (template.state, template.virtual_size_bytes) == ("ready", root_of(instance).size_bytes)
    assert store.path_of(template.checksum).exists()


def test_a_deleted_snapshot_frees_all_that_it_had(user, volume):
    snapshot = taken(user, volume)
    path = store.path_of(snapshot.checksum)
    assert run_job(snapshots.delete(user, snapshot)).state == "done"
    account = account_of(user)
    assert not path.exists()
    assert used_by(account, Resource.SNAPSHOTS) == used_by(account, Resource.SECONDARY_STORAGE_GIB) == 0
    assert not meters.is_running(meters.SNAPSHOT, snapshot.uuid)
    with pytest.raises(NotFound):
        queries.snapshot_for(user, snapshot.uuid)


def test_a_snapshot_that_a_volume_waits_for_is_kept(user, volume):
    snapshot = taken(user, volume)
    _, job = snapshots.make_volume(user, snapshot, VolumeOfSnapshot(name="again"))
    with pytest.raises(Conflict):
        snapshots.delete(user, snapshot)
    run_job(job)
    assert run_job(snapshots.delete(user, queries.snapshot_for(user, snapshot.uuid))).state == "done"


def test_a_volume_that_is_smaller_than_the_snapshot_is_refused(user, volume):
    snapshot = taken(user, volume)
    with pytest.raises(InvalidInput):
        snapshots.make_volume(user, snapshot, VolumeOfSnapshot(name="small", size_gib=1))


def test_a_larger_volume_is_made(user, volume):
    snapshot = taken(user, volume)
    made, job = snapshots.make_volume(user, snapshot, VolumeOfSnapshot(name="large", size_gib=9))
    assert run_job(job).state == "done", job.message
    assert Volume.objects.get(pk=made.pk).size_bytes == 9 * GIB


@pytest.mark.parametrize(
    ("offering", "asked_gib", "made_gib"),
    [
        ({"size_gib": 8}, None, 8),
        ({"size_gib": 8}, 8, 8),
        ({"size_gib": None}, None, 5),
        ({"size_gib": None}, 6, 6),
        ({"size_gib": None, "least_gib": 6}, 6, 6),
    ],
)
def test_a_volume_of_a_snapshot_is_as_its_offering_says(user, volume, offering, asked_gib, made_gib):
    wish = VolumeOfSnapshot(name="new", offering_uuid=make_disk_offering(**offering).uuid, size_gib=asked_gib)
    made, job = snapshots.make_volume(user, taken(user, volume), wish)
    assert run_job(job).state == "done", job.message
    assert Volume.objects.get(pk=made.pk).size_bytes == made_gib * GIB


@pytest.mark.parametrize(
    ("offering", "asked_gib", "field"),
    [
        ({"size_gib": 8}, 9, "size_gib"),
        ({"size_gib": 3}, None, "offering_uuid"),
        ({"size_gib": None}, 3, "size_gib"),
        ({"size_gib": None, "least_gib": 6}, None, "size_gib"),
        ({"size_gib": None, "most_gib": 6}, 7, "size_gib"),
        ({"size_gib": 8, "is_zone_bound": True}, None, "offering_uuid"),
    ],
)
def test_a_snapshot_gets_around_no_offering(user, volume, offering, asked_gib, field):
    snapshot = make_snapshot(volume)
    wish = VolumeOfSnapshot(name="new", offering_uuid=make_disk_offering(**offering).uuid, size_gib=asked_gib)
    with pytest.raises(InvalidInput) as refusal:
        snapshots.make_volume(user, snapshot, wish)
    assert list(refusal.value.fields) == [field]


@pytest.mark.parametrize("offering", [{"is_active": False}, {"is_domain_bound": True}])
def test_an_offering_that_is_closed_makes_no_volume_of_a_snapshot(user, volume, offering):
    wish = VolumeOfSnapshot(name="new", offering_uuid=make_disk_offering(**offering).uuid)
    with pytest.raises(NotFound):
        snapshots.make_volume(user, make_snapshot(volume), wish)


@pytest.fixture
def unrestored(user, cloud, volume):
    """The job that was to restore a snapshot to the volume and was refused."""
    snapshot = taken(user, volume)
    cloud.world.inject(Fault(operation="ensure_image", kind=FaultKind.FAIL, error="refused", count=None))
    job = run_job(snapshots.restore(user, snapshot))
    assert job.state == "failed"
    cloud.world.clear_faults()
    return job


def test_a_restoring_that_failed_can_be_tried_again(unrestored):
    assert run_job(jobs.retry(make_personas().root_admin, unrestored)).state == "done"


def test_nothing_is_restored_of_a_snapshot_that_is_deleted_since(user, unrestored):
    snapshot = queries.snapshot_for(user, unrestored.subject_uuid)
    assert run_job(snapshots.delete(user, snapshot)).state == "done"
    with pytest.raises(WrongState):
        jobs.retry(make_personas().root_admin, unrestored)


def test_nothing_is_restored_to_a_volume_that_was_put_aside_since(user, volume, unrestored):
    volume_bin.destroy(user, queries.volume_for(user, volume.uuid))
    with pytest.raises(WrongState):
        jobs.retry(make_personas().root_admin, unrestored)


def test_a_volume_that_is_not_made_has_no_snapshot(user, cloud):
    values = NewVolume(zone_uuid=cloud.zone.uuid, offering_uuid=make_disk_offering().uuid, name="data")
    wish, job = volumes.create(user, values)
    with pytest.raises(WrongState):
        snapshots.take(user, NewSnapshot(volume_uuid=wish.uuid))
    run_job(job)


def test_a_volume_that_is_worked_on_is_not_copied(user, volume):
    snapshots.take(user, NewSnapshot(volume_uuid=volume.uuid))
    with pytest.raises(Busy):
        snapshots.take(user, NewSnapshot(volume_uuid=volume.uuid))


def test_a_limit_binds_before_anything_is_copied(cloud):
    caller = caller_for(make_account(maxima={Resource.SNAPSHOTS: 0}))
    with pytest.raises(LimitReached):
        snapshots.take(caller, NewSnapshot(volume_uuid=root_of(stopped(cloud, caller)).uuid))
    assert Snapshot.objects.count() == 0


def test_a_full_store_leaves_nothing_behind(cloud):
    caller = caller_for(make_account(maxima={Resource.SECONDARY_STORAGE_GIB: 0}))
    volume = root_of(stopped(cloud, caller))
    snapshot, job = snapshots.take(caller, NewSnapshot(volume_uuid=volume.uuid))
    assert (run_job(job).state, job.message_code) == ("failed", "limit-reached")
    snapshot.refresh_from_db()
    assert (snapshot.state, snapshot.checksum) == ("error", "")
    assert not store.incoming_path(snapshot.uuid).exists()
    assert copies_on(cloud.pool) == []
    assert run_job(snapshots.delete(caller, queries.snapshot_for(caller, snapshot.uuid))).state == "done"


def test_a_copy_that_fails_leaves_the_volume_as_it_was(user, cloud, volume):
    cloud.world.inject(Fault(operation="take_snapshot", kind=FaultKind.FAIL, error="refused"))
    snapshot, job = snapshots.take(user, NewSnapshot(volume_uuid=volume.uuid))
    assert run_job(job).state == "failed"
    snapshot.refresh_from_db()
    volume.refresh_from_db()
    assert (snapshot.state, volume.state) == ("error", "ready")


def test_an_administrators_volume_of_a_tenants_snapshot_can_be_tried_again(cloud):
    who = make_personas()
    values = NewVolume(zone_uuid=cloud.zone.uuid, offering_uuid=make_disk_offering().uuid, name="data")
    volume, job = volumes.create(who.user, values)
    run_job(job)
    snapshot = taken(who.user, Volume.objects.get(pk=volume.pk))
    cloud.world.inject(Fault(operation="ensure_volume", kind=FaultKind.FAIL, error="refused", count=1))
    volume, job = snapshots.make_volume(who.root_admin, snapshot, VolumeOfSnapshot(name="copy"))
    job = run_job(job)
    assert (job.state, snapshot.account == volume.account) == ("failed", False)
    assert run_job(jobs.retry(who.root_admin, job)).state == "done"


def test_a_volume_that_has_another_owner_by_now_is_not_made_again(cloud, user, volume):
    snapshot = taken(user, volume)
    cloud.world.inject(Fault(operation="ensure_volume", kind=FaultKind.FAIL, error="refused", count=1))
    made, job = snapshots.make_volume(user, snapshot, VolumeOfSnapshot(name="copy"))
    job = run_job(job)
    Volume.objects.filter(pk=made.pk).update(account=make_account())
    with pytest.raises(WrongState, match="another owner"):
        jobs.retry(caller(make_root_admin()), job)


def test_strangers_snapshots_and_volumes_are_not_found(user, volume):
    stranger = caller_for(make_account())
    snapshot = make_snapshot(volume)
    with pytest.raises(NotFound):
        queries.snapshot_for(stranger, snapshot.uuid)
    with pytest.raises(NotFound):
        snapshots.take(stranger, NewSnapshot(volume_uuid=volume.uuid))


def test_a_plan_says_what_restoring_replaces(user, volume):
    snapshot = make_snapshot(volume)
    plan = plans.planned(lambda: snapshots.restore(user, snapshot))
    assert plan.refusal is None
    assert "Replaces what is on the volume data" in plan.effects[0]["sentence"]
