"""Detaching a volume: it is free only once its guest has let go of it, or else two could write to it."""

from typing import ClassVar

from cloudportal.core.errors import Conflict
from cloudportal.drivers.errors import NotThere
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import actions
from compute.services import attachments
from compute.topology.connections import compute_driver
from compute.workflows.attach import attaches_disks, free, instance_of, link_between, volume_of
from compute.workflows.subjects import disk_of


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
        """The guest has the disk as before, where it had let go of it after all and the rows still give it to it."""
        instance = instance_of(run)
        # Of this instance alone: taken up late, another may have the volume by now.
        link = link_between(volume_of(run), instance)
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
    action = actions.DETACH_VOLUME

    def failed(self, run: Run) -> None:
        """It stays attached."""

    def retry(self, run: Run) -> None:
        """As it is, where the instance has the volume still and nothing stands against it."""
        volume, instance = volume_of(run), instance_of(run)
        if link_between(volume, instance) is None:
            raise Conflict(f"The volume {volume.name} is not attached to {instance.name} any more.")
        attachments.demand_detachable(volume, instance)
