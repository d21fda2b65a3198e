"""Taking a snapshot of a volume, and making a template of one: a whole copy that goes into the store."""

from datetime import datetime
from typing import ClassVar

from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Workflow, workflow
from compute.workflows.copying import CopyVolume, ReceiveCopy, RemoveCopy, ShelveCopy, subject_of
from storage import snapshot_work, states, template_work


class FinishSnapshot(ShelveCopy):
    """State, limit, meter and event in one transaction."""

    def record(self, run: Run, result: None) -> None:
        """The snapshot is ready."""
        snapshot_work.record_ready(
            run,
            subject_of(run),
            taken_at=datetime.fromisoformat(run.notes["taken_at"]),
            is_quiet=run.notes["is_quiet"],
        )


@workflow
class TakeSnapshot(Workflow):
    """From creating to ready, or to an error that can be deleted."""

    kind = "snapshot.take"
    queue = "storage"
    label = "Taking the snapshot"
    steps: ClassVar = (CopyVolume, ReceiveCopy, RemoveCopy, FinishSnapshot)

    def failed(self, run: Run) -> None:
        """The snapshot stays, in error and empty, until somebody deletes it."""
        snapshot = subject_of(run)
        if snapshot.state == states.CREATING:
            states.SNAPSHOT.move(snapshot, "failed", checksum="", size_bytes=0, virtual_size_bytes=0)


class FinishTemplate(ShelveCopy):
    """State, limit, meter and event in one transaction."""

    def record(self, run: Run, result: None) -> None:
        """The template is ready."""
        template_work.record_ready(run, subject_of(run))


@workflow
class MakeTemplate(Workflow):
    """From fetching to ready, or to an error that can be deleted."""

    kind = "template.make"
    queue = "storage"
    label = "Making the template"
    steps: ClassVar = (CopyVolume, ReceiveCopy, RemoveCopy, FinishTemplate)

    def failed(self, run: Run) -> None:
        """The template stays, in error and without an image."""
        template = subject_of(run)
        if template.state == states.FETCHING:
            states.TEMPLATE.move(template, "failed", checksum="", size_bytes=0, virtual_size_bytes=0)
