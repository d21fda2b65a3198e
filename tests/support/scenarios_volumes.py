"""A world and a submitted job for each workflow on volumes; what must hold however often its worker dies."""

from uuid import uuid4

from cloudportal.events import meters
from compute.models import Instance
from compute.promises import limits_of
from compute.services import attachments, pool_maintenance, volume_copies, volume_sizes
from compute.services.volume_copies import CloneValues, MoveValues
from compute.services.volume_sizes import ResizeValues
from storage import parts, store
from storage.connections import storage_driver
from storage.models import Volume, VolumeArrival
from tenants.services.limits import Resource
from tests.faults.scenarios import Scenario
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import account_of, make_caller, make_personas, used_by
from tests.support.factories_compute import deployed, guests_of, make_cloud
from tests.support.factories_infra import make_disk_offering, qcow2_bytes
from tests.support.factories_volumes import another_pool, make_attached, make_volume, sent_volume


def _scenario(cloud, job, instance, *, held_when):
    """After the job: world and rows agree, and the instance has the volume when the job ended in one of those ways."""

    def check(closed):
        world_equals_rows(cloud)
        volume = Volume.objects.get(uuid=closed.subject_uuid)
        assert volume.held_by == (instance.uuid if closed.state in held_when else None)

    return Scenario(job, check)


def attach():
    cloud, caller = make_cloud(), make_caller()
    instance = deployed(cloud, caller)
    volume = make_volume(cloud.zone, caller)
    job = attachments.attach(caller, volume, attachments.AttachValues(instance=instance.uuid))
    return _scenario(cloud, job, instance, held_when=("done",))


def detach():
    cloud, caller = make_cloud(), make_caller()
    instance = deployed(cloud, caller)
    volume = make_attached(caller, make_volume(cloud.zone, caller), instance)
    job = attachments.detach(caller, volume)
    return _scenario(cloud, job, instance, held_when=("failed",))


def resize():
    """Of a volume that a running instance has."""
    cloud, caller = make_cloud(), make_caller()
    instance = deployed(cloud, caller)
    volume = make_attached(caller, make_volume(cloud.zone, caller), instance)
    other = make_disk_offering(size_gib=None, read_iops=50)
    job = volume_sizes.resize(caller, volume, ResizeValues(size_gib=5, offering=other.uuid))

    def check(closed):
        world_equals_rows(cloud)
        held_to = guests_of(cloud)[instance.uuid][1].disks[1].limits
        assert held_to == limits_of(Volume.objects.get(pk=volume.pk).offering)

    return Scenario(job, check)


def clone():
    cloud, caller = make_cloud(), make_caller()
    _, job = volume_copies.clone(caller, make_volume(cloud.zone, caller), CloneValues(name="copy"))

    def check(closed):
        world_equals_rows(cloud)
        ends = {"done": "ready", "failed": "deleted"}
        assert Volume.objects.get(uuid=closed.subject_uuid).state == ends[closed.state]

    return Scenario(job, check)


def fetch():
    """Of an image that was sent."""
    cloud, caller = make_cloud(), make_caller()
    job = sent_volume(cloud, caller, qcow2_bytes(salt=uuid4().bytes))

    def check(closed):
        world_equals_rows(cloud)
        volume = Volume.objects.get(uuid=closed.subject_uuid)
        is_done = closed.state == "done"
        assert volume.state == {"done": "ready", "failed": "deleted"}[closed.state]
        assert used_by(account_of(caller), Resource.VOLUMES) == int(is_done)
        assert meters.is_running(meters.VOLUME, volume.uuid) == is_done
        assert not store.incoming_path(volume.uuid).exists()
        assert not VolumeArrival.objects.exists()
        assert parts.owners() == []

    return Scenario(job, check)


def move():
    """Of a volume that a running instance has; once it lies on the other pool it stays there."""
    cloud, caller = make_cloud(), make_caller()
    volume = make_attached(caller, make_volume(cloud.zone, caller), deployed(cloud, caller))
    other = another_pool(cloud)
    job = volume_copies.move(make_personas().root_admin, volume, MoveValues(pool=other.uuid))

    def check(closed):
        lies_in_one_place(cloud, other, closed)

    return Scenario(job, check)


def lies_in_one_place(cloud, other, closed):
    """The guest uses the volume where the rows say that it lies, and each pool has promised what lies there."""
    volume = Volume.objects.select_related("pool").get(uuid=closed.subject_uuid)
    instance = Instance.objects.get(uuid=volume.held_by)
    assert volume.locator in {disk.locator for disk in guests_of(cloud)[instance.uuid][1].disks}
    for pool in (cloud.pool, other):
        pool.refresh_from_db()
        lying = Volume.objects.filter(pool=pool)
        assert pool.claimed_bytes == sum(lying.values_list("size_bytes", flat=True))
        with storage_driver(pool) as driver:
            assert {one.uuid for one in driver.list_volumes()} == set(lying.values_list("uuid", flat=True))


def evacuate():
    """Of a pool with nothing on it: what is there is moved by jobs of its own, each with a scenario of its own."""
    cloud = make_cloud()
    job = pool_maintenance.evacuate(make_personas().root_admin, cloud.pool)

    def check(closed):
        cloud.pool.refresh_from_db()
        assert cloud.pool.state == {"done": "maintenance", "failed": "up"}[closed.state]

    return Scenario(job, check)


SCENARIOS = {
    "volume.attach": attach,
    "volume.detach": detach,
    "volume.resize": resize,
    "volume.clone": clone,
    "volume.fetch": fetch,
    "volume.move": move,
    "pool.evacuate": evacuate,
}
