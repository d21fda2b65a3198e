"""A submitted job for each workflow on snapshots; what must hold however its worker dies."""

from cloudportal.events import meters
from compute import snapshot_queries
from compute.models import InstanceSnapshot
from compute.services import instance_snapshots
from compute.services.instance_snapshots import NewInstanceSnapshot
from storage import queries, store
from storage.connections import storage_driver
from storage.images import image_id_of
from storage.models import Snapshot, Template, Volume, VolumeExport
from storage.services import exports, snapshots, template_making
from storage.services.exports import NewExport
from storage.services.snapshots import NewSnapshot
from storage.services.template_making import NewTemplate
from tenants.services.limits import Resource
from tests.faults.scenarios import Scenario
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import account_of, make_caller, used_by
from tests.support.factories_compute import deployed, make_cloud, stopped
from tests.support.jobs import run_job


def _root(instance):
    return instance.attachments.get(device_index=0).volume


def _taken(caller, volume):
    snapshot, job = snapshots.take(caller, NewSnapshot(volume_uuid=volume.uuid))
    assert run_job(job).state == "done"
    return queries.snapshot_for(caller, snapshot.uuid)


def _is_nowhere(cloud, row):
    with storage_driver(cloud.pool) as driver:
        assert driver.find_snapshot(row.uuid) is None
    assert not store.incoming_path(row.uuid).exists()


def take_snapshot():
    """Of the disk of a running instance."""
    cloud, caller = make_cloud(), make_caller()
    volume = _root(deployed(cloud, caller))
    snapshot, job = snapshots.take(caller, NewSnapshot(volume_uuid=volume.uuid))

    def check(closed):
        kept = Snapshot.objects.get(pk=snapshot.pk)
        is_done = closed.state == "done"
        assert kept.state == {"done": "ready", "failed": "error"}[closed.state]
        assert bool(kept.checksum) == is_done
        assert not is_done or store.path_of(kept.checksum).stat().st_size == kept.size_bytes
        assert meters.is_running(meters.SNAPSHOT, kept.uuid) == is_done
        assert used_by(account_of(caller), Resource.SECONDARY_STORAGE_GIB) == int(is_done)
        _is_nowhere(cloud, kept)
        world_equals_rows(cloud)

    return Scenario(job, check)


def export_volume():
    """Of the disk of a running instance."""
    cloud, caller = make_cloud(), make_caller()
    volume = _root(deployed(cloud, caller))
    volume.template.__class__.objects.update(is_extractable=True)
    export, job = exports.begin(caller, NewExport(volume_uuid=volume.uuid))

    def check(closed):
        kept = VolumeExport.objects.get(pk=export.pk)
        is_done = closed.state == "done"
        assert kept.state == {"done": "ready", "failed": "error"}[closed.state]
        assert bool(kept.checksum) == is_done
        assert not is_done or store.path_of(kept.checksum).stat().st_size == kept.size_bytes
        assert used_by(account_of(caller), Resource.SECONDARY_STORAGE_GIB) == int(is_done)
        _is_nowhere(cloud, kept)
        world_equals_rows(cloud)

    return Scenario(job, check)


def make_template():
    cloud, caller = make_cloud(), make_caller()
    template, job = template_making.of_volume(caller, _root(stopped(cloud, caller)), NewTemplate(name="new"))

    def check(closed):
        kept = Template.objects.get(pk=template.pk)
        assert kept.state == {"done": "ready", "failed": "error"}[closed.state]
        assert bool(kept.checksum) == (closed.state == "done")
        assert not kept.checksum or store.path_of(kept.checksum).exists()
        _is_nowhere(cloud, kept)

    return Scenario(job, check)


def adopt_template():
    cloud, caller = make_cloud(), make_caller()
    snapshot = _taken(caller, _root(stopped(cloud, caller)))
    template, job = template_making.of_snapshot(caller, snapshot, NewTemplate(name="new"))

    def check(closed):
        kept = Template.objects.get(pk=template.pk)
        assert kept.state == {"done": "ready", "failed": "error"}[closed.state]
        assert kept.checksum == (snapshot.checksum if closed.state == "done" else "")
        assert store.path_of(snapshot.checksum).exists()

    return Scenario(job, check)


def restore_volume():
    cloud, caller = make_cloud(), make_caller()
    volume = _root(stopped(cloud, caller))
    snapshot = _taken(caller, volume)

    def check(closed):
        # A failure is injected after the replacing, from where there is no way back.
        kept = Volume.objects.get(pk=volume.pk)
        with storage_driver(cloud.pool) as driver:
            found = driver.volume(volume.uuid)
        assert (kept.state, kept.snapshot, kept.locator) == ("ready", snapshot, found.locator)
        assert found.base_image == image_id_of(snapshot.checksum)
        world_equals_rows(cloud)

    return Scenario(snapshots.restore(caller, snapshot), check)


def delete_snapshot():
    cloud, caller = make_cloud(), make_caller()
    snapshot = _taken(caller, _root(stopped(cloud, caller)))

    def check(closed):
        kept = Snapshot.objects.get(pk=snapshot.pk)
        assert kept.state == {"done": "deleted", "failed": "error"}[closed.state]
        assert not store.path_of(snapshot.checksum).exists()
        assert used_by(account_of(caller), Resource.SNAPSHOTS) == int(closed.state != "done")

    return Scenario(snapshots.delete(caller, snapshot), check)


def _instance_snapshot(caller, instance, **values):
    return instance_snapshots.take(caller, instance, NewInstanceSnapshot(name="kept", **values))


def _kept(caller, instance, **values):
    snapshot, job = _instance_snapshot(caller, instance, **values)
    assert run_job(job).state == "done"
    return snapshot_queries.instance_snapshot_for(caller, snapshot.uuid)


def _in_the_disks(cloud, snapshot):
    with cloud.world.transaction(is_effect=False) as connection:
        query = "SELECT 1 FROM guest_snapshots WHERE uuid = ?"
        return connection.execute(query, (str(snapshot.uuid),)).fetchone() is not None


def take_instance_snapshot():
    """Of a stopped instance, whose bare guest comes and goes."""
    cloud, caller = make_cloud(hosts=2), make_caller()
    snapshot, job = _instance_snapshot(caller, stopped(cloud, caller))

    def check(closed):
        kept = InstanceSnapshot.objects.get(pk=snapshot.pk)
        is_done = closed.state == "done"
        assert (kept.state, kept.is_current) == ("ready" if is_done else "failed", is_done)
        assert _in_the_disks(cloud, kept) == is_done
        assert meters.is_running(meters.INSTANCE_SNAPSHOT, kept.uuid) == is_done
        world_equals_rows(cloud)

    return Scenario(job, check)


def revert_instance():
    """Of a running instance, to its memory."""
    cloud, caller = make_cloud(), make_caller()
    snapshot = _kept(caller, deployed(cloud, caller), with_memory=True)

    def check(closed):
        assert InstanceSnapshot.objects.get(pk=snapshot.pk).is_current
        assert _in_the_disks(cloud, snapshot)
        world_equals_rows(cloud)

    return Scenario(instance_snapshots.revert(caller, snapshot), check)


def delete_instance_snapshot():
    cloud, caller = make_cloud(), make_caller()
    snapshot = _kept(caller, stopped(cloud, caller))

    def check(closed):
        kept = InstanceSnapshot.objects.get(pk=snapshot.pk)
        assert kept.state == {"done": "deleted", "failed": "failed"}[closed.state]
        assert not _in_the_disks(cloud, kept)
        world_equals_rows(cloud)

    return Scenario(instance_snapshots.delete(caller, snapshot), check)


SCENARIOS = {
    "instance-snapshot.take": take_instance_snapshot,
    "instance-snapshot.revert": revert_instance,
    "instance-snapshot.delete": delete_instance_snapshot,
    "snapshot.take": take_snapshot,
    "snapshot.delete": delete_snapshot,
    "volume.export": export_volume,
    "template.make": make_template,
    "template.adopt": adopt_template,
    "snapshot.restore": restore_volume,
}
