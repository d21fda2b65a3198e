"""Data volumes in a simulated cloud, made and attached through the services."""

import io

from compute.services import attachments
from storage.models import Volume
from storage.services import uploads, volume_arrivals, volumes
from storage.services.volume_arrivals import VolumeUpload
from storage.services.volumes import NewVolume
from tests.support.factories import numbered
from tests.support.factories_infra import GIB, make_disk_offering, make_pool
from tests.support.jobs import run_job


def make_volume(zone, caller, *, size_gib=2, tags=(), name=None, **values):
    """A data volume of the caller that is made and attached to nothing."""
    offering = make_disk_offering(size_gib=None, tags=list(tags))
    wish = NewVolume(
        zone_uuid=zone.uuid, offering_uuid=offering.uuid, name=name or numbered("data"), size_gib=size_gib
    )
    volume, job = volumes.create(caller, wish, **values)
    assert run_job(job).state == "done", job.message
    return fresh_volume(volume)


def make_attached(caller, volume, instance, device_index=None):
    """The volume, attached to the instance."""
    values = attachments.AttachValues(instance=instance.uuid, device_index=device_index)
    job = run_job(attachments.attach(caller, volume, values))
    assert job.state == "done", job.message
    return fresh_volume(volume)


def fresh_volume(volume):
    """The volume as it is now."""
    rows = Volume.objects.select_related("account__domain", "zone", "pool", "template", "offering")
    return rows.get(pk=volume.pk)


def another_pool(cloud, **values):
    """A second pool of the cloud's zone, in the same world."""
    place = {"world": str(cloud.world.path), "place": numbered("pool"), "capacity_gib": 1024}
    return make_pool(cloud.zone, settings=place, capacity_bytes=1024 * GIB, **values)


def sent_volume(cloud, caller, content, *, size_gib=2, format="qcow2", **values):
    """The job that fills a new volume with a file that was sent whole."""
    wish = VolumeUpload(
        zone_uuid=cloud.zone.uuid,
        offering_uuid=make_disk_offering(size_gib=None).uuid,
        name=numbered("sent"),
        size_gib=size_gib,
        format=format,
        size_bytes=len(content),
        **values,
    )
    _, ticket = volume_arrivals.upload(caller, wish)
    uploads.append(ticket.upload, io.BytesIO(content), offset=0)
    return uploads.finish(ticket.upload)
