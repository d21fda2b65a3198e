"""Making a data volume that is attached to nothing yet."""

from typing import ClassVar

from cloudportal.core.errors import WrongState
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from storage import actions, states, volume_work
from storage.drivers.contract import VolumeFacts
from storage.models import Volume


class ChoosePool(Step):
    """Rows only."""

    name = "choose-pool"
    label = "Choose a storage pool"

    def record(self, run: Run, result: None) -> None:
        """The volume has its place promised."""
        volume_work.choose_pool(run, _volume(run))

    def record_undo(self, run: Run, result: None) -> None:
        """The place is free again."""
        volume_work.record_unmade(run, _volume(run))


class MakeVolume(Step):
    """Idempotent by the volume's uuid."""

    name = "make"
    label = "Make the volume"

    def act(self, run: Run) -> VolumeFacts:
        """The volume as the pool has it, of its snapshot's image where it was made of one."""
        volume_work.ensure_image_on_pool(run, _volume(run))
        return volume_work.ensure_volume(run, _volume(run), steps=len(CreateVolume.steps))

    def record(self, run: Run, result: VolumeFacts) -> None:
        """The volume is ready and metered."""
        volume_work.record_volume(run, _volume(run), result)

    def undo(self, run: Run) -> None:
        """The pool does not have it."""
        volume_work.remove_volume(run, _volume(run))


@workflow
class CreateVolume(Workflow):
    """From allocated to ready, or back to allocated."""

    kind = "volume.create"
    queue = "storage"
    label = "Creating the volume"
    steps: ClassVar = (ChoosePool, MakeVolume)
    action = actions.CREATE_VOLUME
    # Administrators make volumes of their own of a tenant's snapshot.
    reads = frozenset({"storage.snapshot"})

    def failed(self, run: Run) -> None:
        """The wish stays, to be tried again or deleted. Where the undo is stuck it keeps its place on the pool."""
        volume = _volume(run)
        if volume.state == states.CREATING:
            states.VOLUME.move(volume, "failed")

    def retry(self, run: Run) -> None:
        """Choosing a pool begins anew from the wish, which may have been deleted since."""
        volume = _volume(run)
        if volume.state != states.ALLOCATED:
            raise WrongState(noun="volume", state=volume.state, action="make it", needed=states.ALLOCATED)


def _volume(run: Run) -> Volume:
    rows = Volume.objects.select_related(
        "pool", "template", "snapshot", "offering", "zone", "account__domain"
    )
    return rows.get(uuid=run.subject_uuid)
