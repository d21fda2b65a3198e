"""Detaching a volume: it is free only once its guest has let go of it, or else two could write to it."""

from typing import ClassVar

from cloudportal.drivers.errors import NotThere
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute.models import VolumeAttachment
from compute.topology.connections import compute_driver
from compute.workflows.attach import attaches_disks, free, instance_of, volume_of
from compute.workflows.subjects import disk_of
from storage import guards


class TakeDisk(Step):
    """The guest does not have the disk, as its host confirms."""

    name = "detach"
    label = "Detach the volume"

    def act(self, run: Run) -> None:
        """Asks the guest and waits for it. A guest that its host does not have uses nothing there."""
        instance, volume = instance_of(run), volume_of(run)
        if instance.host is None:
            return
        with compute_driver(instance.host) as driver:
            try:
                attaches_disks(driver).detach_disk(instance.uuid, volume.locator)
            except NotThere:
                run.say("The instance is not on its host, so there was nothing to take away.")

    def record(self, run: Run, result: None) -> None:
        """The volume is free."""
        volume = volume_of(run)
        free(volume, instance_of(run))
        records.completed(
            run.job.caller,
            "VOLUME.DETACH",
            About.of(volume, volume.account.owner),
            job_uuid=run.job.uuid,
        )

    def undo(self, run: Run) -> None:
        """The guest has the disk as before, where it had let go of it after all."""
        instance = instance_of(run)
        link = VolumeAttachment.objects.select_related("volume").filter(volume=volume_of(run)).first()
        if instance.host is None or link is None:
            return
        with compute_driver(instance.host) as driver:
            try:
                attaches_disks(driver).attach_disk(instance.uuid, disk_of(link))
            except NotThere:
                run.say("The instance is not on its host; it gets the disk as it starts.")


@workflow
class DetachVolume(Workflow):
    """From a disk in a guest to a volume that is free."""

    kind = "volume.detach"
    queue = "compute"
    label = "Detaching the volume"
    steps: ClassVar = (TakeDisk,)

    def failed(self, run: Run) -> None:
        """It stays attached."""

    def retry(self, run: Run) -> None:
        """As it is, where nothing was taken since that needs it; whether it is attached still is looked at first."""
        guards.demand_allowed(volume_of(run), "detach")
