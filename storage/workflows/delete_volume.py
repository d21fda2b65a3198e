"""Deleting a volume that nothing has attached."""

from typing import ClassVar

from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from storage import actions, states, volume_work
from storage.models import Volume


class RemoveVolume(Step):
    """What is deleted cannot come back, so there is no undo; a try that fails can be repeated."""

    name = "remove"
    label = "Remove the volume from its pool"

    def act(self, run: Run) -> None:
        """The pool does not have it."""
        volume_work.remove_volume(run, _volume(run))

    def record(self, run: Run, result: None) -> None:
        """Its place, its limits and its meter end."""
        volume_work.record_removed(run, _volume(run))


@workflow
class DeleteVolume(Workflow):
    """From deleting to deleted, or to an error that stays in sight."""

    kind = "volume.delete"
    queue = "storage"
    label = "Deleting the volume"
    steps: ClassVar = (RemoveVolume,)
    action = actions.DELETE_VOLUME

    def failed(self, run: Run) -> None:
        """The volume stays, in error, and can be deleted again."""
        volume = _volume(run)
        if volume.state == states.DELETING:
            states.VOLUME.move(volume, "failed")

    def retry(self, run: Run) -> None:
        """Deletes it again."""
        states.VOLUME.move(_volume(run), "delete")


def _volume(run: Run) -> Volume:
    rows = Volume.objects.select_related(
        "pool", "template", "snapshot", "offering", "zone", "account__domain"
    )
    return rows.get(uuid=run.subject_uuid)
