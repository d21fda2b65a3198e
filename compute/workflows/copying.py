"""The steps that copy a volume into the store, whether an instance runs on it or not. Snapshots and templates that are
made of volumes share them. The copy has the uuid of the job's subject everywhere.
"""

from abc import abstractmethod
from datetime import datetime
from typing import Any
from uuid import UUID

from cloudportal.core import clock
from cloudportal.drivers.errors import Unsupported
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step
from compute.drivers.contract import ComputeDriver, CopiesDisks
from compute.drivers.facts import Power
from compute.models import Instance
from compute.topology.connections import compute_driver
from storage import receiving, store, template_work
from storage.connections import ready_pool
from storage.images import COPY_SECONDS
from storage.models import Pool, Snapshot, Template, Volume, VolumeExport
from storage.receiving import takes_snapshots
from storage.store import Received

COPYING_STEPS = 4
MADE: dict[str, Any] = {
    "snapshot.take": Snapshot,
    "template.make": Template,
    "volume.export": VolumeExport,
}


class CopyVolume(Step):
    """A whole copy in the pool, as the volume is at one moment. The volume is held, so nobody moves it meanwhile."""

    name = "copy"
    label = "Copy the volume"

    def act(self, run: Run) -> tuple[datetime, bool]:
        """When the copy was made, and whether the guest held still. Done again it is a new copy."""
        volume = volume_of(run)
        moment = clock.now()
        with ready_pool(_source(run), timeout_seconds=COPY_SECONDS) as driver:
            pool = takes_snapshots(driver)
            instance = _runs_on(volume)
            if instance is None:
                pool.take_snapshot(run.subject_uuid, volume.uuid)
                return moment, False
            pool.remove_snapshot(run.subject_uuid)
            target = pool.snapshot_locator(run.subject_uuid)
        return moment, _copy_through(instance, volume, target, is_quiet=bool(run.arguments.get("is_quiet")))

    def record(self, run: Run, result: tuple[datetime, bool]) -> None:
        """Remembered for the end."""
        moment, is_quiet = result
        run.notes.update(taken_at=moment.isoformat(), is_quiet=is_quiet)
        if run.arguments.get("is_quiet") and not is_quiet:
            run.say(
                "The guest has no agent that could hold its file systems still, so the copy is as after a power cut.",
                level="warning",
            )

    def undo(self, run: Run) -> None:
        """The pool does not have the copy."""
        remove_copy(run)


class ReceiveCopy(Step):
    """The copy comes into the store and is looked into, under the subject's uuid."""

    name = "receive"
    label = "Bring the copy into the store"

    def act(self, run: Run) -> tuple[Received, int]:
        """Checksum and size, and the size of the disk in it."""
        volume = volume_of(run)

        def on_progress(size_bytes: int) -> None:
            run.show_progress(size_bytes / max(volume.size_bytes, 1), steps=COPYING_STEPS)

        return receiving.receive(_source(run), run.subject_uuid, on_progress=on_progress)

    def record(self, run: Run, result: tuple[Received, int]) -> None:
        """From now on the store knows that somebody wants this image."""
        received, virtual_size_bytes = result
        row = subject_of(run)
        row.checksum, row.size_bytes = received.checksum, received.size_bytes
        row.virtual_size_bytes = virtual_size_bytes
        row.save(update_fields=["checksum", "size_bytes", "virtual_size_bytes"])

    def undo(self, run: Run) -> None:
        """Nothing that came in is left."""
        store.discard_incoming(run.subject_uuid)

    def record_undo(self, run: Run, result: None) -> None:
        """Nobody wants the image through this row; taken up late, the row may have got another since."""
        if run.was_given_up:
            return
        row = subject_of(run)
        row.checksum, row.size_bytes, row.virtual_size_bytes = "", 0, 0
        row.save(update_fields=["checksum", "size_bytes", "virtual_size_bytes"])


class RemoveCopy(Step):
    """What waited in the pool is not needed there any more."""

    name = "remove-copy"
    label = "Remove the copy from the pool"

    def act(self, run: Run) -> None:
        """The pool does not have the copy."""
        remove_copy(run)


class ShelveCopy(Step):
    """The image gets its name by content. The last step: what becomes of the row is the workflow's own."""

    name = "shelve"
    label = "Put the image into the store"

    def act(self, run: Run) -> None:
        """The image is in its place."""
        store.shelve(run.subject_uuid, subject_of(run).checksum)

    @abstractmethod
    def record(self, run: Run, result: None) -> None:
        """The row is ready."""

    def undo(self, run: Run) -> None:
        """The image is gone, unless another row has it. Taken up late, what the row has is another's, and housekeeping
        clears what nothing has.
        """
        if run.was_given_up:
            return
        row = subject_of(run)
        if row.checksum:
            checksum = row.checksum
            store.remove(checksum, is_wanted=lambda: template_work.is_wanted(checksum, but_for=row))


def subject_of(run: Run) -> Any:
    """The snapshot, template or copy to download that is being made."""
    return MADE[run.job.kind].objects.select_related("account__domain").get(uuid=run.subject_uuid)


def volume_of(run: Run) -> Volume:
    """The volume that is copied."""
    rows = Volume.objects.select_related("pool__host", "account__domain", "zone")
    return rows.get(uuid=UUID(run.arguments["volume"]))


def remove_copy(run: Run) -> None:
    """The pool does not have the copy. Succeeds where there is none, and where the portal has no such pool any more."""
    try:
        pool = _source(run)
    except Pool.DoesNotExist:
        return
    with ready_pool(pool) as driver:
        takes_snapshots(driver).remove_snapshot(run.subject_uuid)


def copies_disks(driver: ComputeDriver) -> CopiesDisks:
    """The same driver as one that copies disks of running guests. Raises Unsupported."""
    if not isinstance(driver, CopiesDisks):
        raise Unsupported(detail=f"the driver {driver.name} cannot copy disks of running guests")
    return driver


def _source(run: Run) -> Pool:
    """Where the volume lay when the copy was asked for; it may be moved or deleted before the last of it is cleared
    up. Raises Pool.DoesNotExist.
    """
    if "pool" in run.arguments:
        return Pool.objects.select_related("host").get(uuid=UUID(run.arguments["pool"]))
    # Jobs that are older than this argument do not have it.
    pool = volume_of(run).pool
    if pool is None:
        raise Pool.DoesNotExist("The volume lies on no pool any more.")
    return pool


def _runs_on(volume: Volume) -> Instance | None:
    """The instance whose guest is up and has the volume, or None while it is at rest."""
    if volume.held_by is None:
        return None
    instance = Instance.objects.select_related("host__cluster").filter(uuid=volume.held_by).first()
    if instance is None or instance.host is None:
        return None
    with compute_driver(instance.host) as driver:
        guest = driver.find_guest(instance.uuid)
    return None if guest is None or guest.power is Power.OFF else instance


def _copy_through(instance: Instance, volume: Volume, target: str, *, is_quiet: bool) -> bool:
    if instance.host is None:
        raise LookupError(f"The instance {instance.uuid} is on no host.")
    with compute_driver(instance.host, timeout_seconds=COPY_SECONDS) as driver:
        return copies_disks(driver).copy_disk(instance.uuid, volume.locator, target, is_quiet=is_quiet)
