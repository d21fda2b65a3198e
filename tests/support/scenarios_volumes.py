"""A world and a submitted job for each workflow on volumes; what must hold however often its worker dies."""

from compute.services import attachments, volume_sizes
from compute.services.volume_sizes import ResizeValues
from storage.models import Volume
from tests.faults.scenarios import Scenario
from tests.support.agreement_compute import world_equals_rows
from tests.support.factories import make_caller
from tests.support.factories_compute import deployed, make_cloud
from tests.support.factories_volumes import make_attached, make_volume


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
    volume = make_attached(caller, make_volume(cloud.zone, caller), deployed(cloud, caller))
    job = volume_sizes.resize(caller, volume, ResizeValues(size_gib=5))

    def check(closed):
        world_equals_rows(cloud)

    return Scenario(job, check)


SCENARIOS = {"volume.attach": attach, "volume.detach": detach, "volume.resize": resize}
