"""Clean-ups that got stuck and are taken up again when others have had the same things: they undo what is left of their
own, and nothing of what came later.
"""

import pytest

from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.events.models import Alert
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from compute import snapshot_queries, states
from compute.models import Instance, Nic, SecondaryAddress
from compute.services import attachments, instance_snapshots, instances, nics, volume_copies, volume_sizes
from compute.services.attachments import AttachValues
from compute.services.instance_snapshots import NewInstanceSnapshot
from compute.services.instances import media
from compute.services.nics import NewNic
from compute.services.volume_copies import CloneValues, MoveValues
from storage import store
from storage.connections import storage_driver
from storage.models import Pool, Volume
from storage.services import pools, snapshots, volumes
from storage.services.snapshots import NewSnapshot
from tests.support.agreement_compute import copies_in, world_equals_rows
from tests.support.factories_compute import deployed, fresh, guests_of, stopped
from tests.support.factories_infra import make_iso, qcow2_bytes
from tests.support.factories_volumes import (
    another_pool,
    fresh_volume,
    make_attached,
    make_volume,
    sent_volume,
)
from tests.support.jobs import run_job
from tests.support.scenarios_nics import second_network, the

pytestmark = pytest.mark.django_db


@pytest.fixture
def stuck(cloud):
    """`stuck(begin, operation="fault", ...)`: the job that `begin` submits, failed with its undo stuck."""

    def begun(begin, **faults):
        for operation, kind in faults.items():
            cloud.world.inject(Fault(operation=operation, kind=FaultKind(kind), error="refused", count=None))
        job = run_job(begin())
        assert (job.state, job.cursor > 0) == ("failed", True)
        cloud.world.clear_faults()
        return job

    return begun


@pytest.fixture
def resume(root):
    def taken_up(job):
        job = run_job(jobs.resume(root, job))
        assert job.cursor == 0
        return job

    return taken_up


def forget_arguments(job, *names):
    """The job as one that was submitted before there were such arguments."""
    kept = {name: value for name, value in job.arguments.items() if name not in names}
    assert len(kept) == len(job.arguments) - len(names)
    job.arguments = kept
    job.save(update_fields=["arguments"])


def done(job):
    assert run_job(job).state == "done", job.message


def test_a_volume_is_not_shrunk_in_the_rows(cloud, tenant, stuck, resume):
    volume = make_volume(cloud.zone, tenant)

    def grow(size_gib):
        values = volume_sizes.ResizeValues(size_gib=size_gib)
        return volume_sizes.resize(tenant, fresh_volume(volume), values)

    job = stuck(lambda: grow(3), grow_volume="fail", find_volume="fail")
    done(grow(5))
    resume(job)
    assert fresh_volume(volume).size_bytes == 5 * 2**30
    world_equals_rows(cloud)


def test_room_is_given_back_on_the_pool_that_promised_it(cloud, tenant, root, stuck, resume):
    volume, other = make_volume(cloud.zone, tenant), another_pool(cloud)
    values = volume_sizes.ResizeValues(size_gib=3)
    job = stuck(lambda: volume_sizes.resize(tenant, volume, values), grow_volume="fail", find_volume="fail")
    done(volume_copies.move(root, fresh_volume(volume), MoveValues(pool=other.uuid)))
    resume(job)
    assert fresh_volume(volume).pool == other
    world_equals_rows(cloud)


def test_a_root_disk_that_was_made_anew_since_stays_in_place(cloud, tenant, stuck, resume):
    instance = deployed(cloud, tenant)
    job = stuck(lambda: instances.reinstall(tenant, instance), ensure_guest="fail")
    done(instances.reinstall(tenant, fresh(instance)))
    root = fresh(instance).attachments.get().volume
    resume(job)
    assert fresh(instance).attachments.get().volume == root
    done(instances.start(tenant, fresh(instance)))
    world_equals_rows(cloud)


def test_an_instance_that_could_not_be_settled_comes_to_rest_once_its_job_is_resumed(cloud, tenant, root):
    instance = deployed(cloud, tenant)
    job = instances.reinstall(tenant, instance)
    arguments = job.arguments
    forget_arguments(job, "old")
    job = run_job(job)
    assert (job.state, job.cursor, fresh(instance).state) == ("failed", 0, states.REINSTALLING)
    Job.objects.filter(pk=job.pk).update(arguments=arguments)
    assert "closed nevertheless" in Alert.objects.get().detail
    run_job(jobs.resume(root, job))
    assert fresh(instance).state == states.RUNNING
    assert Volume.objects.get(uuid=arguments["new"]).state == "deleted"
    # That it failed was a fault of ours all the same.
    assert "closed nevertheless" not in Alert.objects.get().detail
    world_equals_rows(cloud)


def test_a_copy_that_came_to_nothing_is_gone_once_it_is_cleaned_up(cloud, tenant, stuck, resume):
    volume = make_volume(cloud.zone, tenant)
    values = CloneValues(name="copy")
    job = stuck(
        lambda: volume_copies.clone(tenant, volume, values)[1],
        copy_volume="lose-answer",
        remove_volume="fail",
    )
    assert Volume.objects.get(uuid=job.subject_uuid).state == "error"
    resume(job)
    assert Volume.objects.get(uuid=job.subject_uuid).state == "deleted"
    world_equals_rows(cloud)


@pytest.mark.parametrize("meanwhile", ["moved", "deleted"])
def test_a_snapshots_copy_is_removed_from_where_it_was_made(cloud, tenant, root, stuck, resume, meanwhile):
    volume, other = make_volume(cloud.zone, tenant), another_pool(cloud)
    values = NewSnapshot(volume_uuid=volume.uuid)
    job = stuck(
        lambda: snapshots.take(tenant, values)[1], take_snapshot="lose-answer", remove_snapshot="fail"
    )
    assert copies_in(cloud) == {job.subject_uuid}
    if meanwhile == "moved":
        done(volume_copies.move(root, fresh_volume(volume), MoveValues(pool=other.uuid)))
    else:
        done(volumes.delete(tenant, fresh_volume(volume)))
    resume(job)
    assert copies_in(cloud) == set()
    world_equals_rows(cloud)


def test_the_copy_of_a_job_that_does_not_say_where_it_lies_is_looked_for_with_its_volume(
    cloud, tenant, stuck, resume
):
    volume = make_volume(cloud.zone, tenant)
    values = NewSnapshot(volume_uuid=volume.uuid)
    job = stuck(
        lambda: snapshots.take(tenant, values)[1], take_snapshot="lose-answer", remove_snapshot="fail"
    )
    forget_arguments(job, "pool")
    resume(job)
    assert copies_in(cloud) == set()
    world_equals_rows(cloud)


@pytest.mark.parametrize("meanwhile", ["moved", "deleted"])
def test_a_move_that_came_to_nothing_leaves_no_copy_behind(cloud, tenant, root, stuck, resume, meanwhile):
    volume, other = make_volume(cloud.zone, tenant), another_pool(cloud)
    values = MoveValues(pool=other.uuid)
    job = stuck(
        lambda: volume_copies.move(root, volume, values), copy_volume="lose-answer", remove_volume="fail"
    )
    assert on(other) == {volume.uuid}
    if meanwhile == "moved":
        third = MoveValues(pool=another_pool(cloud).uuid)
        done(volume_copies.move(root, fresh_volume(volume), third))
    else:
        done(volumes.delete(tenant, fresh_volume(volume)))
    resume(job)
    assert on(other) == set()
    world_equals_rows(cloud)


def on(pool):
    with storage_driver(pool) as driver:
        return {one.uuid for one in driver.list_volumes()}


def test_a_pool_that_was_removed_since_keeps_no_clean_up_from_ending(cloud, tenant, root, stuck, resume):
    volume, other = make_volume(cloud.zone, tenant), another_pool(cloud)
    values = MoveValues(pool=other.uuid)
    job = stuck(
        lambda: volume_copies.move(root, volume, values), copy_volume="lose-answer", remove_volume="fail"
    )
    pools.remove(root, pools.disable(root, Pool.objects.get(pk=other.pk)))
    resume(job)
    assert fresh_volume(volume).pool == cloud.pool
    world_equals_rows(cloud)


def test_a_volume_that_was_moved_there_since_stays(cloud, tenant, root, stuck, resume):
    volume, other = make_volume(cloud.zone, tenant), another_pool(cloud)
    values = MoveValues(pool=other.uuid)
    job = stuck(
        lambda: volume_copies.move(root, volume, values), copy_volume="lose-answer", remove_volume="fail"
    )
    done(volume_copies.move(root, fresh_volume(volume), values))
    resume(job)
    assert (fresh_volume(volume).pool, on(other)) == (other, {volume.uuid})
    world_equals_rows(cloud)


def test_a_volume_that_did_not_come_in_is_gone_once_it_is_cleaned_up(cloud, tenant, stuck, resume):
    job = stuck(
        lambda: sent_volume(cloud, tenant, qcow2_bytes(salt=b"sent")),
        copy_volume="lose-answer",
        remove_volume="fail",
    )
    assert Volume.objects.get(uuid=job.subject_uuid).state == "error"
    resume(job)
    assert Volume.objects.get(uuid=job.subject_uuid).state == "deleted"
    world_equals_rows(cloud)


def test_a_volume_that_is_taken_away_again_does_not_pass_for_ready(cloud, tenant, stuck, resume, monkeypatch):
    def broken(*args, **options):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as store_is:
        store_is.setattr(store, "remove", broken)
        job = stuck(lambda: sent_volume(cloud, tenant, qcow2_bytes(salt=b"sent")), remove_volume="fail")
    assert Volume.objects.get(uuid=job.subject_uuid).state == "error"
    resume(job)
    assert Volume.objects.get(uuid=job.subject_uuid).state == "deleted"
    world_equals_rows(cloud)


def test_what_came_up_after_all_is_off_again_where_it_counts_as_stopped(cloud, tenant, stuck, resume):
    instance = deployed(cloud, tenant)
    job = stuck(lambda: instances.reboot(tenant, instance), set_power="lose-answer")
    assert fresh(instance).state == states.STOPPED
    resume(job)
    world_equals_rows(cloud)


def test_an_address_is_nobody_elses_while_the_guest_may_use_it(cloud, tenant, stuck, resume):
    instance = deployed(cloud, tenant)
    network = second_network(cloud)
    job = stuck(
        lambda: nics.add(tenant, instance, NewNic(network=network.uuid))[1], ensure_nics="lose-answer"
    )
    nic = Nic.objects.get(network=network)
    assert network.addresses.get(held_by=nic.uuid).state == "taken"
    resume(job)
    assert not network.addresses.filter(state="taken").exists()
    world_equals_rows(cloud)


def test_a_network_card_that_its_instance_leans_on_is_kept(cloud, tenant, stuck, resume):
    instance = deployed(cloud, tenant)
    network = second_network(cloud)
    job = stuck(
        lambda: nics.add(tenant, instance, NewNic(network=network.uuid))[1], ensure_nics="lose-answer"
    )
    nic = the(Nic.objects.get(network=network))
    done(nics.make_default(tenant, nic))
    resume(job)
    assert Nic.objects.get(instance=instance, is_default=True) == nic
    world_equals_rows(cloud)


def test_a_secondary_address_stays_the_cards_until_the_guest_is_without_it(cloud, tenant, stuck, resume):
    nic = the(deployed(cloud, tenant).nics.get())
    job = stuck(lambda: nics.add_address(tenant, nic)[1], ensure_nics="lose-answer")
    assert cloud.network.addresses.filter(state="taken").count() == 2
    resume(job)
    assert cloud.network.addresses.filter(state="taken").count() == 1
    world_equals_rows(cloud)


def test_a_secondary_address_whose_clean_up_is_stuck_again_can_be_removed(cloud, tenant, root, stuck):
    nic = the(deployed(cloud, tenant).nics.get())
    job = stuck(lambda: nics.add_address(tenant, nic)[1], ensure_nics="fail")
    job = stuck(lambda: jobs.resume(root, job), ensure_nics="fail")
    row = SecondaryAddress.objects.get(nic=nic)
    assert not row.is_leaving
    done(nics.remove_address(tenant, row))
    assert cloud.network.addresses.filter(state="taken").count() == 1
    world_equals_rows(cloud)


def test_a_cable_that_was_pulled_since_stays_out(cloud, tenant, stuck, resume):
    nic = the(deployed(cloud, tenant).nics.get())
    job = stuck(lambda: nics.disconnect(tenant, nic), ensure_nics="fail")
    done(nics.disconnect(tenant, the(nic)))
    resume(job)
    assert not the(nic).is_linked


def test_a_disc_that_was_put_in_since_stays_in_the_drive(cloud, tenant, stuck, resume):
    instance = deployed(cloud, tenant)
    job = stuck(lambda: media.attach(tenant, instance, make_iso().uuid), change_media="lose-answer")
    done(media.attach(tenant, fresh(instance), make_iso().uuid))
    resume(job)
    assert guests_of(cloud)[instance.uuid][1].media is not None
    world_equals_rows(cloud)


def test_the_bare_guest_of_an_instance_that_was_destroyed_since_goes_too(cloud, tenant, stuck, resume):
    instance = stopped(cloud, tenant)
    values = NewInstanceSnapshot(name="kept")
    job = stuck(
        lambda: instance_snapshots.take(tenant, instance, values)[1],
        take_guest_snapshot="fail",
        remove_guest="fail",
    )
    assert instance.uuid in guests_of(cloud)
    done(instances.destroy(tenant, fresh(instance)))
    resume(job)
    assert instance.uuid not in guests_of(cloud)
    assert Instance.objects.get(pk=instance.pk).state == states.DESTROYED
    assert snapshot_queries.instance_snapshot_for(tenant, job.subject_uuid).state == "failed"
    world_equals_rows(cloud)


def test_a_volume_that_another_instance_has_by_now_is_not_given_back(cloud, tenant, stuck, resume):
    first, second = deployed(cloud, tenant), deployed(cloud, tenant)
    volume = make_attached(tenant, make_volume(cloud.zone, tenant), first)
    job = stuck(lambda: attachments.detach(tenant, volume), detach_disk="lose-answer", attach_disk="fail")
    done(attachments.detach(tenant, fresh_volume(volume)))
    make_attached(tenant, fresh_volume(volume), second)
    resume(job)
    assert fresh_volume(volume).held_by == second.uuid
    world_equals_rows(cloud)


def test_a_volume_that_was_not_detached_after_all_is_given_back(cloud, tenant, stuck, resume):
    instance = deployed(cloud, tenant)
    volume = make_attached(tenant, make_volume(cloud.zone, tenant), instance)
    job = stuck(lambda: attachments.detach(tenant, volume), detach_disk="lose-answer", attach_disk="fail")
    resume(job)
    assert fresh_volume(volume).held_by == instance.uuid
    world_equals_rows(cloud)


def test_a_disk_that_an_instance_was_started_with_since_stays_in_it(cloud, tenant, stuck, resume):
    instance, volume = deployed(cloud, tenant), make_volume(cloud.zone, tenant)
    values = AttachValues(instance=instance.uuid)
    job = stuck(
        lambda: attachments.attach(tenant, volume, values), attach_disk="lose-answer", detach_disk="fail"
    )
    done(instances.stop(tenant, fresh(instance)))
    done(instances.start(tenant, fresh(instance)))
    resume(job)
    assert fresh_volume(volume).held_by == instance.uuid
    world_equals_rows(cloud)


def test_a_disk_that_was_detached_since_is_not_in_the_guest(cloud, tenant, stuck, resume):
    first, second, volume = deployed(cloud, tenant), deployed(cloud, tenant), make_volume(cloud.zone, tenant)
    values = AttachValues(instance=first.uuid)
    job = stuck(
        lambda: attachments.attach(tenant, volume, values), attach_disk="lose-answer", detach_disk="fail"
    )
    done(attachments.detach(tenant, fresh_volume(volume)))
    make_attached(tenant, fresh_volume(volume), second)
    resume(job)
    assert fresh_volume(volume).held_by == second.uuid
    world_equals_rows(cloud)
