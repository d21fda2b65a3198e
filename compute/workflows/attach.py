"""Attaching a volume to an instance: rows are there already, and a guest that is on a host is told."""

from typing import ClassVar

from cloudportal.drivers.errors import NotThere, Unsupported
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import states
from compute.drivers.contract import AttachesDisks, ComputeDriver
from compute.models import Instance, VolumeAttachment
from compute.topology.connections import compute_driver
from compute.workflows.subjects import disk_of
from storage.connections import ready_pool
from storage.models import Volume


def volume_of(run: Run) -> Volume:
    """The job's volume, as it is now."""
    return Volume.objects.select_related("pool__host", "zone", "account__domain").get(uuid=run.subject_uuid)


def instance_of(run: Run) -> Instance:
    """The instance that the job names, as it is now."""
    rows = Instance.objects.select_related("account__domain", "zone", "host__cluster__pod")
    return rows.get(uuid=run.arguments["instance"])


def attaches_disks(driver: ComputeDriver) -> AttachesDisks:
    """The same driver as one that attaches and detaches disks. Raises Unsupported."""
    if not isinstance(driver, AttachesDisks):
        raise Unsupported(detail=f"the driver {driver.name} cannot attach disks")
    return driver


def link_between(volume: Volume, instance: Instance) -> VolumeAttachment | None:
    """The place that the volume has in the instance, None where it has none."""
    links = VolumeAttachment.objects.select_related("volume", "instance__offering")
    return links.filter(volume=volume, instance=instance).first()


def free(volume: Volume, instance: Instance) -> None:
    """The volume is attached to nothing any more, if it was to this instance. Rows only."""
    VolumeAttachment.objects.filter(volume=volume, instance=instance).delete()
    Volume.objects.filter(pk=volume.pk, held_by=instance.uuid).update(held_by=None)


class GiveDisk(Step):
    """The guest has the disk, where there is a guest: a stopped instance has none and gets it as it starts."""

    name = "attach"
    label = "Attach the volume"

    def act(self, run: Run) -> None:
        """The pool is made known to the host first, which may never have met it."""
        instance, volume = instance_of(run), volume_of(run)
        if instance.host is None:
            return
        link = link_between(volume, instance)
        if link is None:
            raise LookupError(f"The volume {volume.uuid} is not attached to the instance {instance.uuid}.")
        if volume.pool is not None:
            with ready_pool(volume.pool, host=instance.host) as pool:
                pool.volume(volume.uuid)
        with compute_driver(instance.host) as driver:
            if instance.state == states.RUNNING or driver.find_guest(instance.uuid) is not None:
                attaches_disks(driver).attach_disk(instance.uuid, disk_of(link))

    def record(self, run: Run, result: None) -> None:
        """The rows say so since the job was asked for."""
        volume = volume_of(run)
        records.completed(
            run.job.caller,
            "VOLUME.ATTACH",
            About.of(volume, volume.account.owner),
            job_uuid=run.job.uuid,
        )

    def undo(self, run: Run) -> bool:
        """The guest has let go of the disk; while it does not, the volume counts as attached. True where it has.

        Taken up late, a volume that counts as attached is: the instance may have been started with it since.
        """
        instance, volume = instance_of(run), volume_of(run)
        if run.was_given_up and link_between(volume, instance) is not None:
            try:
                self.act(run)
            except NotThere:
                run.say("The instance is not on its host; it gets the disk as it starts.")
            return False
        if instance.host is None or not volume.locator:
            return True
        with compute_driver(instance.host) as driver:
            try:
                attaches_disks(driver).detach_disk(instance.uuid, volume.locator)
            except NotThere:
                run.say("The instance is not on its host, so there was nothing to take away.")
        return True

    def record_undo(self, run: Run, result: bool) -> None:
        """The volume is free again, where the guest is without it."""
        if result:
            free(volume_of(run), instance_of(run))


@workflow
class AttachVolume(Workflow):
    """From a link in the rows to a disk in the guest, or back to no link."""

    kind = "volume.attach"
    queue = "compute"
    label = "Attaching the volume"
    steps: ClassVar = (GiveDisk,)

    def failed(self, run: Run) -> None:
        """Undone, the volume is free. Where the undo is stuck it counts as attached, which nobody can harm."""
