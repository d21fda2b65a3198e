"""Filling a new volume with what is on another one that is at rest."""

from typing import ClassVar

from cloudportal.core.errors import NoRoom
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from storage import pool_choice, states, volume_work
from storage.amounts import readable
from storage.connections import ready_pool
from storage.drivers.contract import VolumeFacts
from storage.filling import copied
from storage.models import Volume


class ClaimBeside(Step):
    """Rows only: the copy gets its place where the source lies."""

    name = "claim-space"
    label = "Reserve the space"

    def record(self, run: Run, result: None) -> None:
        """Promised whole, or the job turns back."""
        copy, source = volume_of(run), source_of(run)
        pool = volume_work.pool_of(source)
        if not pool_choice.claim(pool, copy.size_bytes, is_whole=copy.is_whole):
            raise NoRoom(
                reason=f"The storage of {source.name} does not have {readable(copy.size_bytes)} left for a copy. "
                "Delete what is not needed, or try again later."
            )
        copy.pool = pool
        copy.save(update_fields=["pool"])
        states.VOLUME.move(copy, "create")

    def record_undo(self, run: Run, result: None) -> None:
        """The place is free again; taken up late, the copy is nothing any more: it has been given up as an error."""
        forget = volume_work.record_removed if run.was_given_up else volume_work.record_unmade
        forget(run, volume_of(run))


class Fill(Step):
    """Done again, the copy is made anew."""

    name = "copy"
    label = "Copy the volume"

    def act(self, run: Run) -> VolumeFacts:
        """The copy as the pool has it."""
        copy, source = volume_of(run), source_of(run)
        pool = volume_work.pool_of(source)
        with ready_pool(pool) as driver:
            found = driver.volume(source.uuid)
        return copied(run, copy, pool, found, steps=len(CloneVolume.steps))

    def record(self, run: Run, result: VolumeFacts) -> None:
        """The volume is ready and metered."""
        volume_work.record_volume(run, volume_of(run), result)

    def undo(self, run: Run) -> None:
        """The pool does not have it."""
        volume_work.remove_volume(run, volume_of(run))


@workflow
class CloneVolume(Workflow):
    """From a wish to a copy that is ready, or to nothing."""

    kind = "volume.clone"
    queue = "storage"
    label = "Copying the volume"
    steps: ClassVar = (ClaimBeside, Fill)

    def failed(self, run: Run) -> None:
        """A copy without its content would be taken for one, so nothing is kept; what is stuck stays in sight."""
        volume = volume_of(run)
        if volume.state == states.ALLOCATED:
            volume_work.record_removed(run, volume)
        elif volume.state == states.CREATING:
            states.VOLUME.move(volume, "delete")
            states.VOLUME.move(volume, "failed")


def volume_of(run: Run) -> Volume:
    """The job's volume, as it is now."""
    rows = Volume.objects.select_related("pool__host", "template", "zone", "offering", "account__domain")
    return rows.get(uuid=run.subject_uuid)


def source_of(run: Run) -> Volume:
    """The volume that is copied, as it is now."""
    return Volume.objects.select_related("pool__host").get(uuid=run.arguments["source"])
