"""Making the copy of a volume that is to be downloaded."""

from typing import ClassVar

from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Workflow, workflow
from compute.workflows.copying import (
    COPYING_STEPS,
    CopyVolume,
    ReceiveCopy,
    RemoveCopy,
    ShelveCopy,
    subject_of,
)
from storage import conversion, export_work, store
from storage.store import Received


class ReceiveExport(ReceiveCopy):
    """The copy comes as qcow2; done again it comes anew, so it is never converted twice."""

    def act(self, run: Run) -> tuple[Received, int]:
        """Checksum and size of the file as it was asked for, and the size of the disk in it."""
        received, virtual_size_bytes = super().act(run)
        if subject_of(run).format == "raw":
            received = conversion.qcow2_to_raw(
                store.incoming_path(run.subject_uuid),
                on_progress=lambda fraction: run.show_progress(fraction, steps=COPYING_STEPS),
            )
        return received, virtual_size_bytes


class FinishExport(ShelveCopy):
    """State, limit and event in one transaction."""

    def record(self, run: Run, result: None) -> None:
        """The copy may be taken."""
        export_work.record_ready(run, subject_of(run))


@workflow
class ExportVolume(Workflow):
    """From creating to ready, or to an error that is forgotten after a while."""

    kind = "volume.export"
    queue = "storage"
    label = "Making a copy to download"
    steps: ClassVar = (CopyVolume, ReceiveExport, RemoveCopy, FinishExport)

    def failed(self, run: Run) -> None:
        """Nothing is kept but the row, which says that it failed."""
        export_work.record_failed(subject_of(run))
