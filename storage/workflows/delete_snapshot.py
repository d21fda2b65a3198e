"""Deleting a snapshot: its image goes from the store, unless something else has the same."""

from typing import ClassVar

from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from storage import actions, snapshot_work, states, store, template_work
from storage.models import Snapshot


class ClearStore(Step):
    """Copies on pools stay as long as volumes stand on them, and are aged out with the others'."""

    name = "clear-store"
    label = "Remove the image from the store"

    def act(self, run: Run) -> None:
        """The store keeps the image for others only."""
        snapshot = _snapshot(run)
        store.discard_incoming(snapshot.uuid)
        if snapshot.checksum:
            checksum = snapshot.checksum
            store.remove(checksum, is_wanted=lambda: template_work.is_wanted(checksum, but_for=snapshot))

    def record(self, run: Run, result: None) -> None:
        """The snapshot is deleted."""
        snapshot_work.record_removed(run, _snapshot(run))


@workflow
class DeleteSnapshot(Workflow):
    """From deleting to deleted, or to an error that stays in sight."""

    kind = "snapshot.delete"
    queue = "storage"
    label = "Deleting the snapshot"
    steps: ClassVar = (ClearStore,)
    action = actions.DELETE_SNAPSHOT

    def failed(self, run: Run) -> None:
        """The snapshot stays, in error, and can be deleted again."""
        snapshot = _snapshot(run)
        if snapshot.state == states.DELETING:
            states.SNAPSHOT.move(snapshot, "failed")

    def retry(self, run: Run) -> None:
        """Deletes it again."""
        states.SNAPSHOT.move(_snapshot(run), "delete")


def _snapshot(run: Run) -> Snapshot:
    return Snapshot.objects.select_related("account__domain", "zone").get(uuid=run.subject_uuid)
