"""Putting an ISO into the drive of an instance and taking it out: rows first, and a guest on a host is told."""

from typing import ClassVar

from cloudportal.drivers.errors import NotThere
from cloudportal.events import records
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import media_work
from compute.drivers.media import MediaSpec
from compute.models import AttachedIso, Instance
from compute.services.instances import terms
from compute.topology.connections import compute_driver
from compute.workflows.subjects import instance_of


class CopyIso(Step):
    """A stopped instance is nowhere: its ISO is copied when it is started."""

    name = "copy"
    label = "Copy the ISO to the storage of the instance"

    def act(self, run: Run) -> media_work.Copied | None:
        """The copy that the host reads."""
        instance = instance_of(run)
        if instance.host is None:
            return None
        return media_work.ensure_copy(run, instance, instance.host)

    def record(self, run: Run, result: media_work.Copied | None) -> None:
        """Where it lies."""
        media_work.record_copy(instance_of(run), result)


class InsertIso(Step):
    """The guest, where there is one, has the ISO in its drive."""

    name = "insert"
    label = "Put the ISO into the drive"

    def act(self, run: Run) -> None:
        """While the guest runs, it sees the new medium at once."""
        instance = instance_of(run)
        _change(instance, media_work.spec_of(instance))

    def record(self, run: Run, result: None) -> None:
        """The event."""
        _completed(run, "ISO.ATTACH")

    def undo(self, run: Run) -> None:
        """The drive is empty; taken up late, it holds what it holds by now."""
        instance = instance_of(run)
        _change(instance, media_work.spec_of(instance) if run.was_given_up else None)


class EjectIso(Step):
    """The guest, where there is one, has nothing in its drive. Taking it out again does no harm."""

    name = "eject"
    label = "Take the ISO out of the drive"

    def act(self, run: Run) -> None:
        """Whether the guest still reads it or not."""
        _change(instance_of(run), None)

    def record(self, run: Run, result: None) -> None:
        """The drive is free for another."""
        AttachedIso.objects.filter(instance=instance_of(run)).delete()
        _completed(run, "ISO.DETACH")

    def undo(self, run: Run) -> None:
        """What was in it is in it again."""
        instance = instance_of(run)
        _change(instance, media_work.spec_of(instance))


@workflow
class AttachIso(Workflow):
    """The drive holds the ISO, or is empty as before."""

    kind = "instance.attach-iso"
    queue = "compute"
    label = "Attaching the ISO"
    steps: ClassVar = (CopyIso, InsertIso)

    def failed(self, run: Run) -> None:
        """The drive is free."""
        AttachedIso.objects.filter(instance=instance_of(run)).delete()


@workflow
class DetachIso(Workflow):
    """The drive is empty, or holds what it held."""

    kind = "instance.detach-iso"
    queue = "compute"
    label = "Detaching the ISO"
    steps: ClassVar = (EjectIso,)


def _change(instance: Instance, media: MediaSpec | None) -> None:
    if instance.host is None:
        return
    with compute_driver(instance.host) as driver:
        try:
            media_work.changes_media(driver).change_media(instance.uuid, media)
        except NotThere:
            # A guest that is made later gets what the rows say.
            if media is not None:
                raise


def _completed(run: Run, event: str) -> None:
    records.completed(run.job.caller, event, terms.about(instance_of(run)), job_uuid=run.job.uuid)
