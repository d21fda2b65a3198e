"""Putting a snapshot's content back on its volume, which nothing uses meanwhile."""

from typing import ClassVar
from uuid import UUID

from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from storage import actions, images, pool_choice, volume_work
from storage.connections import ready_pool
from storage.drivers.contract import VolumeFacts
from storage.models import FAT, THIN, Snapshot, Volume
from storage.services import snapshots


class BringImage(Step):
    """Everything that may be missing is there before anything is taken away."""

    name = "bring-image"
    label = "Bring the snapshot to the storage pool"

    def act(self, run: Run) -> None:
        """The pool has the snapshot's image."""
        volume_work.ensure_image_on_pool(run, _restored(run))


class Replace(Step):
    """What was on the volume is gone with the first of these calls, so that from there on there is only the way on."""

    name = "replace"
    label = "Replace what is on the volume"

    def act(self, run: Run) -> VolumeFacts:
        """The volume as the snapshot is; a guest that runs on it makes the pool refuse."""
        return volume_work.replace_volume(run, _restored(run))

    def record(self, run: Run, result: VolumeFacts) -> None:
        """The volume stands on the snapshot's image from now on."""
        _record(run, result)
        volume = _volume(run)
        about = About.of(volume, volume.account.owner)
        records.completed(run.job.caller, "SNAPSHOT.REVERT", about, job_uuid=run.job.uuid)

    def undo(self, run: Run) -> VolumeFacts | None:
        """A volume that was taken away already is made of the snapshot: what was on it cannot come back."""
        restored = _restored(run)
        if restored.pool is None:
            return None
        with ready_pool(restored.pool) as driver:
            found = driver.find_volume(restored.uuid)
        if found is None:
            return volume_work.ensure_volume(run, restored)
        image = restored.image
        is_replaced = image is not None and found.base_image == images.image_id_of(image.checksum)
        return found if is_replaced else None

    def record_undo(self, run: Run, result: VolumeFacts | None) -> None:
        """The row says what the volume turned out to stand on."""
        if result is not None:
            _record(run, result)


@workflow
class RestoreVolume(Workflow):
    """The volume stays ready: it holds what it held, or what the snapshot holds."""

    kind = "snapshot.restore"
    queue = "storage"
    label = "Restoring the volume"
    steps: ClassVar = (BringImage, Replace)
    action = actions.RESTORE_SNAPSHOT

    def retry(self, run: Run) -> None:
        """As a new restoring: an instance may have been started since, or the snapshot be gone."""
        snapshots.demand_restorable(Snapshot.objects.get(uuid=run.subject_uuid), _volume(run))


def _record(run: Run, facts: VolumeFacts) -> None:
    volume, rows = _volume(run), Volume.objects.filter(uuid=UUID(run.arguments["volume"]))
    # Guarded, so that the pool hears of it once.
    if rows.filter(provisioning=FAT).update(provisioning=THIN) and volume.pool is not None:
        pool_choice.loosen(volume.pool, volume.size_bytes)
    rows.update(
        snapshot=Snapshot.objects.get(uuid=run.subject_uuid),
        locator=facts.locator,
        format=facts.format,
        provisioning=THIN,
    )


def _volume(run: Run) -> Volume:
    rows = Volume.objects.select_related("pool__host", "template", "snapshot", "zone", "account__domain")
    return rows.get(uuid=UUID(run.arguments["volume"]))


def _restored(run: Run) -> Volume:
    """The volume as it is to be; not saved."""
    volume = _volume(run)
    volume.snapshot = Snapshot.objects.get(uuid=run.subject_uuid)
    # Leaning on the image: a copy that was half made could not be told from what was there before.
    volume.format, volume.provisioning = "qcow2", THIN
    return volume
