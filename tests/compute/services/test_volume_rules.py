"""The table of what snapshots of an instance stand against: every service that would break them asks, and refuses."""

import pytest

from cloudportal.core.errors import Conflict, PortalError, WrongState
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.jobs import services as jobs
from compute.services import (
    attachments,
    instance_snapshots,
    instances,
    pool_maintenance,
    volume_copies,
    volume_rules,
    volume_sizes,
)
from compute.services.volume_copies import CloneValues
from compute.services.volume_copies import MoveValues as PoolValues
from compute.services.volume_sizes import ResizeValues
from storage.services import snapshots
from tests.support.factories import account_of, make_account
from tests.support.factories_compute import deployed, fresh, make_instance_snapshot, make_offering, stopped
from tests.support.factories_infra import make_snapshot
from tests.support.factories_volumes import another_pool, fresh_volume, make_attached, make_volume
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_rest(cloud, tenant):
    return stopped(cloud, tenant)


@pytest.fixture
def data(cloud, tenant, at_rest):
    """A data volume of the instance."""
    return make_attached(tenant, make_volume(cloud.zone, tenant), at_rest)


@pytest.fixture
def kept(at_rest, data):
    """A snapshot of the instance and both of its disks."""
    return make_instance_snapshot(fresh(at_rest), name="kept", has_memory=False)


def refusal_of(change):
    with pytest.raises(PortalError) as refusal:
        change()
    return refusal.value


def words_of(change):
    """What the refusal says, which is about a snapshot and says what to do."""
    refusal = refusal_of(change)
    assert isinstance(refusal, Conflict)
    assert "has a snapshot" in refusal.detail and "Delete it first" in refusal.detail
    return refusal.detail


def root_of(instance):
    return fresh_volume(instance.attachments.get(device_index=0).volume)


def resized(tenant, instance):
    wish = instances.ResizeValues(offering=make_offering(cpus=2).uuid)
    return instances.resize(tenant, fresh(instance), wish)


@pytest.mark.usefixtures("kept")
class TestWhatSnapshotsStandAgainst:
    def test_detaching(self, tenant, data):
        assert "cannot be brought back without it" in words_of(lambda: attachments.detach(tenant, data))

    def test_another_size_of_a_disk(self, tenant, data):
        assert "another size" in words_of(lambda: volume_sizes.resize(tenant, data, ResizeValues(size_gib=9)))

    def test_moving_a_disk(self, cloud, root, data):
        pool = another_pool(cloud)
        assert "would not go along" in words_of(
            lambda: volume_copies.move(root, data, PoolValues(pool=pool.uuid))
        )

    def test_emptying_the_pool_that_a_disk_lies_on(self, cloud, root):
        another_pool(cloud)
        refusal = refusal_of(lambda: pool_maintenance.evacuate(root, cloud.pool))
        assert "nothing was begun" in refusal.detail and "has a snapshot" in refusal.detail

    def test_reinstalling(self, tenant, at_rest):
        assert "lie in its disk and would be lost" in words_of(
            lambda: instances.reinstall(tenant, fresh(at_rest))
        )

    def test_restoring_a_disk(self, tenant, data):
        assert "would be lost" in words_of(lambda: snapshots.restore(tenant, make_snapshot(data)))

    def test_another_owner(self, root, tenant, at_rest):
        target = make_account(account_of(tenant).domain)
        values = instances.MoveValues(account=target.uuid)
        assert "another owner" in words_of(lambda: instances.move(root, fresh(at_rest), values))
        assert fresh(at_rest).account == account_of(tenant)


@pytest.mark.usefixtures("kept")
class TestWhatGoesOn:
    def test_a_copy_and_a_snapshot_of_a_disk_are_no_matter(self, tenant, data):
        _copy, job = volume_copies.clone(tenant, data, CloneValues(name="copy"))
        assert run_job(job).state == "done"
        _taken, job = snapshots.take(tenant, snapshots.NewSnapshot(volume_uuid=data.uuid))
        assert run_job(job).state == "done"

    def test_a_volume_that_came_later_comes_and_goes(self, cloud, tenant, at_rest):
        later = make_attached(tenant, make_volume(cloud.zone, tenant), at_rest)
        assert run_job(attachments.detach(tenant, later)).state == "done"

    def test_another_size_of_the_instance(self, tenant, at_rest):
        assert run_job(resized(tenant, at_rest)).state == "done"


def test_a_deleted_snapshot_stands_against_nothing(tenant, at_rest, data, kept):
    kept.state = "deleted"
    kept.save()
    assert run_job(attachments.detach(tenant, data)).state == "done"


def test_memory_stands_against_another_size_of_the_instance(tenant, at_rest):
    make_instance_snapshot(at_rest)
    refusal = refusal_of(lambda: resized(tenant, at_rest))
    assert "has a snapshot with memory" in refusal.detail and "Delete it first" in refusal.detail


def test_a_running_instance_stands_against_restoring_its_disk(cloud, tenant):
    snapshot = make_snapshot(root_of(deployed(cloud, tenant)))
    assert isinstance(refusal_of(lambda: snapshots.restore(tenant, snapshot)), WrongState)


def test_coming_back_needs_the_disks_that_there_were(cloud, tenant, at_rest, data, kept):
    later = make_attached(tenant, make_volume(cloud.zone, tenant), at_rest)
    kept.refresh_from_db()
    assert "had other disks" in refusal_of(lambda: instance_snapshots.revert(tenant, kept)).detail
    run_job(attachments.detach(tenant, later))
    assert volume_rules.demand_same_shape(kept) is None


def test_a_detached_disk_stands_against_coming_back(tenant, at_rest, data, kept):
    data.attachment.delete()
    refusal = refusal_of(lambda: instance_snapshots.revert(tenant, kept))
    assert "had other disks" in refusal.detail and "delete the snapshot" in refusal.detail


def test_a_job_is_not_tried_again_over_a_snapshot_taken_since(cloud, tenant, root):
    running = deployed(cloud, tenant)
    volume = make_attached(tenant, make_volume(cloud.zone, tenant), running)
    cloud.world.inject(Fault(operation="detach_disk", kind=FaultKind.FAIL, error="refused"))
    failed = run_job(attachments.detach(tenant, volume))
    assert failed.state == "failed"
    make_instance_snapshot(fresh(running))
    assert "cannot be brought back without it" in words_of(lambda: jobs.retry(root, failed))


def test_a_verb_without_a_rule_is_a_fault_of_ours(data):
    with pytest.raises(LookupError):
        volume_rules.check(data, "replace")
