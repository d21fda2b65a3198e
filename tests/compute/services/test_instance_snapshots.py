"""Snapshots of instances: with memory and without, the tree, coming back, and what must not be done together."""

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import Conflict, NotFound, WrongState
from cloudportal.drivers.errors import Refused
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.events import meters
from cloudportal.events.models import Event
from cloudportal.jobs import services as jobs
from compute import snapshot_queries
from compute.drivers.simulator import SimulatedCompute
from compute.models import Instance, InstanceSnapshot
from compute.services import attachments, instance_snapshots, instances, volume_sizes
from compute.services.attachments import AttachValues
from compute.services.instance_snapshots import NewInstanceSnapshot, SnapshotChanges
from compute.services.volume_sizes import ResizeValues
from storage.models import Volume
from storage.services import snapshots, volumes
from storage.services.snapshots import NewSnapshot
from storage.services.volumes import NewVolume
from tenants.models import SettingValue
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import caller_for, make_account, make_personas
from tests.support.factories_compute import (
    deployed,
    fresh,
    guests_of,
    make_cloud,
    make_instance_snapshot,
    stopped,
)
from tests.support.factories_infra import make_disk_offering
from tests.support.factories_volumes import make_attached, make_volume
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make_personas().user


@pytest.fixture
def cloud():
    return make_cloud(hosts=2)


@pytest.fixture
def running(cloud, user):
    return deployed(cloud, user)


@pytest.fixture
def at_rest(cloud, user):
    return stopped(cloud, user)


def taken(caller, instance, name="before", **values):
    snapshot, job = instance_snapshots.take(caller, instance, NewInstanceSnapshot(name=name, **values))
    assert run_job(job).state == "done", job.message
    return snapshot_queries.instance_snapshot_for(caller, snapshot.uuid)


def reverted(caller, snapshot):
    job = instance_snapshots.revert(caller, snapshot_queries.instance_snapshot_for(caller, snapshot.uuid))
    assert run_job(job).state == "done", job.message


def root_of(instance):
    return instance.attachments.get(device_index=0).volume


def tree(instance):
    return [(depth, one.name, one.is_current) for depth, one in snapshot_queries.tree_of(instance)]


def details(cloud, operation):
    return [one.detail for one in cloud.world.effects(operation=operation)]


def test_a_running_instance_is_kept_with_its_memory(user, cloud, running):
    snapshot = taken(user, running, with_memory=True)
    assert (snapshot.state, snapshot.has_memory, snapshot.is_current) == ("ready", True, True)
    assert snapshot.record
    assert meters.is_running(meters.INSTANCE_SNAPSHOT, snapshot.uuid)
    world_equals_rows(cloud)


def test_a_stopped_instance_is_kept_through_a_bare_guest_that_goes_again(user, cloud, at_rest):
    snapshot = taken(user, at_rest)
    assert (snapshot.state, snapshot.has_memory) == ("ready", False)
    assert guests_of(cloud) == {}
    world_equals_rows(cloud)


def test_an_instance_comes_back_to_its_memory_while_it_runs(user, cloud, running):
    snapshot = taken(user, running, with_memory=True)
    reverted(user, snapshot)
    assert details(cloud, "revert_guest") == ["reverted"]
    assert Event.objects.filter(type="VMSNAPSHOT.REVERTTO", stage="completed").count() == 1
    world_equals_rows(cloud)


def test_memory_outlives_a_stop_and_a_start(user, cloud, running):
    snapshot = taken(user, running, with_memory=True)
    run_job(instances.stop(user, fresh(running)))
    run_job(instances.start(user, fresh(running)))
    reverted(user, snapshot)
    assert details(cloud, "revert_guest") == ["reverted"]
    world_equals_rows(cloud)


def test_a_stopped_instance_comes_back_and_stays_stopped(user, cloud, at_rest):
    reverted(user, taken(user, at_rest))
    assert Instance.objects.get(pk=at_rest.pk).state == "stopped"
    assert guests_of(cloud) == {}


def test_the_tree_shows_what_came_of_what_and_where_the_instance_stands(user, at_rest):
    first = taken(user, at_rest, "first")
    taken(user, at_rest, "second")
    reverted(user, first)
    taken(user, at_rest, "other")
    assert tree(at_rest) == [(0, "first", False), (1, "second", False), (1, "other", True)]


def test_a_deleted_node_hands_its_children_and_the_marker_to_what_it_came_of(user, cloud, at_rest):
    taken(user, at_rest, "first")
    second = taken(user, at_rest, "second")
    taken(user, at_rest, "third")
    reverted(user, second)
    job = instance_snapshots.delete(user, snapshot_queries.instance_snapshot_for(user, second.uuid))
    assert run_job(job).state == "done"
    assert tree(at_rest) == [(0, "first", True), (1, "third", False)]
    assert details(cloud, "remove_guest_snapshot") == ["removed"]
    assert not meters.is_running(meters.INSTANCE_SNAPSHOT, second.uuid)


@pytest.mark.parametrize("with_memory", [True, False])
def test_memory_needs_a_running_instance_and_no_memory_a_stopped_one(user, cloud, with_memory):
    instance = stopped(cloud, user) if with_memory else deployed(cloud, user)
    with pytest.raises(WrongState) as refusal:
        instance_snapshots.take(user, instance, NewInstanceSnapshot(name="x", with_memory=with_memory))
    assert refusal.value.values["needed"] == ("running" if with_memory else "stopped")


def test_a_snapshot_that_fails_leaves_nothing_in_the_disks(user, cloud, at_rest):
    cloud.world.inject(Fault(operation="take_guest_snapshot", kind=FaultKind.FAIL, error="refused"))
    snapshot, job = instance_snapshots.take(user, at_rest, NewInstanceSnapshot(name="x"))
    assert run_job(job).state == "failed"
    assert InstanceSnapshot.objects.get(pk=snapshot.pk).state == "failed"
    assert guests_of(cloud) == {}
    failed = snapshot_queries.instance_snapshot_for(user, snapshot.uuid)
    assert run_job(instance_snapshots.delete(user, failed)).state == "done"
    assert tree(at_rest) == []


def attached(caller, cloud, instance):
    values = NewVolume(
        zone_uuid=cloud.zone.uuid,
        offering_uuid=make_disk_offering(size_gib=None).uuid,
        name="data",
        size_gib=2,
    )
    made, job = volumes.create(caller, values)
    assert run_job(job).state == "done"
    volume = Volume.objects.get(pk=made.pk)
    assert run_job(attachments.attach(caller, volume, AttachValues(instance=instance.uuid))).state == "done"
    return Volume.objects.get(pk=made.pk)


def test_disks_that_a_snapshot_holds_keep_their_size_and_place(user, cloud, at_rest):
    volume = attached(user, cloud, at_rest)
    taken(user, fresh(at_rest))
    for change in (
        lambda: attachments.detach(user, volume),
        lambda: volume_sizes.resize(user, volume, ResizeValues(size_gib=9)),
    ):
        with pytest.raises(Conflict) as refusal:
            change()
        assert "has a snapshot" in refusal.value.detail and "Delete it first" in refusal.value.detail


def test_a_volume_is_not_restored_under_snapshots_of_its_instance(user, at_rest):
    kept, job = snapshots.take(user, NewSnapshot(volume_uuid=root_of(at_rest).uuid))
    run_job(job)
    taken(user, at_rest)
    kept.refresh_from_db()
    with pytest.raises(Conflict) as refusal:
        snapshots.restore(user, kept)
    assert "has a snapshot" in refusal.value.detail


def test_a_disk_that_came_later_stands_against_coming_back(user, cloud, running):
    snapshot = taken(user, running, with_memory=True)
    volume = attached(user, cloud, fresh(running))
    with pytest.raises(Conflict) as refusal:
        instance_snapshots.revert(user, snapshot_queries.instance_snapshot_for(user, snapshot.uuid))
    assert "had other disks" in refusal.value.detail
    assert run_job(attachments.detach(user, volume)).state == "done"
    reverted(user, snapshot)


def test_another_size_stands_against_coming_back_to_memory(user, running):
    snapshot = taken(user, running, with_memory=True)
    Instance.objects.filter(pk=running.pk).update(memory_mib=1024)
    with pytest.raises(Conflict) as refusal:
        instance_snapshots.revert(user, snapshot_queries.instance_snapshot_for(user, snapshot.uuid))
    assert "other amount of memory" in refusal.value.detail


def power_on(user, cloud, snapshot):
    assert run_job(instances.start(user, fresh(snapshot.instance))).state == "done"


def delete_it(user, cloud, snapshot):
    assert run_job(instance_snapshots.delete(user, snapshot)).state == "done"


def give_it_a_disk(user, cloud, snapshot):
    make_attached(user, make_volume(cloud.zone, user), snapshot.instance)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (power_on, WrongState, "stopped"),
        (delete_it, WrongState, "deleted"),
        (give_it_a_disk, Conflict, "had other disks"),
    ],
)
def test_what_changed_since_stands_against_another_try(user, cloud, at_rest, change, error, words):
    snapshot = taken(user, at_rest)
    cloud.world.inject(Fault(operation="revert_guest", kind=FaultKind.FAIL, error="refused", count=None))
    job = run_job(instance_snapshots.revert(user, snapshot))
    assert job.state == "failed"
    cloud.world.clear_faults()
    change(user, cloud, snapshot_queries.instance_snapshot_for(user, snapshot.uuid))
    with pytest.raises(error, match=words):
        jobs.retry(make_personas().root_admin, job)


def test_no_snapshot_is_deleted_from_an_instance_that_was_destroyed_since(user, cloud, at_rest):
    snapshot = taken(user, at_rest)
    cloud.world.inject(
        Fault(operation="remove_guest_snapshot", kind=FaultKind.FAIL, error="refused", count=None)
    )
    job = run_job(instance_snapshots.delete(user, snapshot))
    assert job.state == "failed"
    cloud.world.clear_faults()
    assert run_job(instances.destroy(user, fresh(at_rest))).state == "done"
    with pytest.raises(WrongState):
        jobs.retry(make_personas().root_admin, job)


def test_a_revert_that_failed_can_be_tried_again(user, cloud, at_rest):
    snapshot = taken(user, at_rest)
    cloud.world.inject(Fault(operation="revert_guest", kind=FaultKind.FAIL, error="refused", count=None))
    job = run_job(instance_snapshots.revert(user, snapshot))
    cloud.world.clear_faults()
    assert run_job(jobs.retry(make_personas().root_admin, job)).state == "done"
    world_equals_rows(cloud)


def test_raw_disks_and_unmade_ones_are_refused_beforehand(user, cloud, at_rest):
    Volume.objects.filter(pk=root_of(at_rest).pk).update(format="raw")
    with pytest.raises(Conflict):
        instance_snapshots.take(user, at_rest, NewInstanceSnapshot(name="x"))
    with pytest.raises(Conflict):
        instance_snapshots.take(user, deployed(cloud, user, start=False), NewInstanceSnapshot(name="x"))


def test_an_instance_has_only_so_many(user, at_rest):
    SettingValue.objects.create(name="instance.most_snapshots", key="global", value=1)
    make_instance_snapshot(at_rest)
    with pytest.raises(Conflict):
        instance_snapshots.take(user, at_rest, NewInstanceSnapshot(name="x"))


def test_an_expunged_instance_takes_its_snapshots_along(user, cloud, at_rest):
    snapshot = taken(user, at_rest)
    run_job(instances.destroy(user, fresh(at_rest), expunge=True))
    assert InstanceSnapshot.objects.get(pk=snapshot.pk).state == "deleted"
    assert not meters.is_running(meters.INSTANCE_SNAPSHOT, snapshot.uuid)


def test_a_data_volume_that_is_kept_holds_no_snapshot_of_an_expunged_instance(user, cloud, at_rest):
    volume = attached(user, cloud, at_rest)
    first, second = taken(user, fresh(at_rest), "first"), taken(user, fresh(at_rest), "second")
    run_job(instances.destroy(user, fresh(at_rest), expunge=True))
    removed = cloud.world.effects(operation="remove_guest_snapshot")
    assert [one.subject for one in removed] == [str(first.uuid), str(second.uuid)]
    assert Volume.objects.get(pk=volume.pk).held_by is None
    assert guests_of(cloud) == {}
    world_equals_rows(cloud)


def test_what_was_taken_out_of_the_disks_is_no_row_to_go_back_to(user, cloud, at_rest, monkeypatch):
    attached(user, cloud, at_rest)
    names = ("first", "second", "third")
    kept = [taken(user, fresh(at_rest), name) for name in names]
    really, calls = SimulatedCompute.remove_guest_snapshot, []

    def break_off(driver, *arguments):
        calls.append(arguments)
        if len(calls) > 1:
            raise Refused("The disk does not let go.")
        really(driver, *arguments)

    monkeypatch.setattr(SimulatedCompute, "remove_guest_snapshot", break_off)
    assert run_job(instances.destroy(user, fresh(at_rest), expunge=True)).state == "failed"
    now = [InstanceSnapshot.objects.get(pk=one.pk) for one in kept]
    assert [one.state for one in now] == ["deleted", "failed", "ready"]
    assert [one.parent_id for one in now] == [None, None, now[1].pk]
    run_job(instances.recover(user, fresh(at_rest)))
    reverted(user, now[2])
    monkeypatch.undo()
    assert run_job(instance_snapshots.delete(user, now[1])).state == "done"
    assert run_job(instances.destroy(user, fresh(at_rest), expunge=True)).state == "done"
    assert set(InstanceSnapshot.objects.values_list("state", flat=True)) == {"deleted"}
    assert not any(meters.is_running(meters.INSTANCE_SNAPSHOT, one.uuid) for one in kept)
    world_equals_rows(cloud)


def test_a_plan_says_that_what_came_since_is_gone(user, at_rest):
    snapshot = taken(user, at_rest)
    plan = plans.planned(lambda: instance_snapshots.revert(user, snapshot))
    assert "what it did since is gone" in plan.effects[0]["sentence"]


def test_a_snapshot_is_renamed(user, at_rest):
    snapshot = taken(user, at_rest)
    assert instance_snapshots.update(user, snapshot, SnapshotChanges(name="golden")).name == "golden"


def test_strangers_find_no_snapshot(at_rest):
    snapshot = make_instance_snapshot(at_rest)
    with pytest.raises(NotFound):
        snapshot_queries.instance_snapshot_for(caller_for(make_account()), snapshot.uuid)
