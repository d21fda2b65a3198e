"""Moving a volume to another pool: copied there, by its guest's host while it runs, and removed where it lay.

Once the rows say that it lies on the new pool nothing is taken back: its guest may have written there. Each step asks
the rows how far the move has come, so that it can be tried again at any point.
"""

from collections.abc import Callable
from typing import ClassVar
from uuid import UUID

from cloudportal.core.errors import Conflict, NoRoom
from cloudportal.drivers.errors import NotThere, Unsupported
from cloudportal.events import alerts, records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import actions
from compute.drivers.contract import ComputeDriver, MovesDisks
from compute.models import Instance
from compute.services.volume_copies import common_host, demand_movable, holder_of
from compute.topology.connections import compute_driver
from compute.topology.models import Host
from compute.workflows.resize_volume import runs_on, volume_of
from storage import pool_choice, volume_work
from storage.amounts import readable
from storage.connections import ready_pool
from storage.drivers.contract import VolumeFacts
from storage.filling import copied, spec_of
from storage.images import COPY_SECONDS
from storage.models import Pool, Volume
from storage.watching import watched

LEFT_BEHIND_ALERT = "volume-left-behind"


class ClaimTarget(Step):
    """Rows only: the new pool promises the volume's place."""

    name = "claim-space"
    label = "Reserve the space"

    def record(self, run: Run, result: None) -> None:
        """Promised whole, or the job turns back."""
        volume, target = volume_of(run), _target(run)
        if _has_left(run, volume):
            return
        if not pool_choice.claim(target, volume.size_bytes, is_whole=volume.is_whole):
            raise NoRoom(
                reason=f"{target.name} does not have {readable(volume.size_bytes)} left. Choose another pool."
            )
        run.notes["claimed_bytes"] = volume.size_bytes

    def record_undo(self, run: Run, result: None) -> None:
        """The place is free again, unless the volume was put there."""
        volume, target = volume_of(run), _find_target(run)
        claimed_bytes = run.notes.pop("claimed_bytes", 0)
        if claimed_bytes and target is not None:
            pool_choice.release(target, claimed_bytes, is_whole=volume.is_whole)


class CopyOver(Step):
    """The volume lies on the new pool, and whoever uses it uses it there."""

    name = "copy"
    label = "Copy the volume"

    def act(self, run: Run) -> VolumeFacts | None:
        """The volume as the new pool has it; None where it has left the old one already."""
        volume, target = volume_of(run), _target(run)
        if _has_left(run, volume):
            return None
        instance = runs_on(volume)
        if instance is not None and instance.host is not None:
            return _moved_live(run, volume, target, instance, instance.host)
        source = volume_work.pool_of(volume)
        host = common_host(source, target)
        if host is None:
            raise Conflict(f"No host that is up reaches both {source.name} and {target.name} any more.")
        with ready_pool(source, host=host) as driver:
            found = driver.volume(volume.uuid)
        return copied(run, volume, target, found, steps=len(MoveVolume.steps), host=host)

    def record(self, run: Run, result: VolumeFacts | None) -> None:
        """The rows say where it lies from now on."""
        if result is not None:
            _record_moved(run, result)

    def undo(self, run: Run) -> VolumeFacts | None:
        """The new pool does not have it, wherever the volume lies by now; where the guest uses it there already, it
        stays and is given back.
        """
        volume, target = volume_of(run), _find_target(run)
        if target is None or volume.pool_id == target.pk:
            return None
        instance = runs_on(volume)
        host = instance.host if instance is not None else None
        with ready_pool(target, host=host) as pool:
            found = pool.find_volume(volume.uuid)
            if found is not None and instance is not None and host is not None:
                with compute_driver(host) as driver:
                    if _uses(driver, instance, found):
                        return found
                    if not _has_left(run, volume):
                        _moves_disks(driver).cancel_move(instance.uuid, volume.locator)
            pool.remove_volume(volume.uuid)
        return None

    def record_undo(self, run: Run, result: VolumeFacts | None) -> None:
        """As the guest has it."""
        if result is not None:
            _record_moved(run, result)


class RemoveOld(Step):
    """What lay on the old pool is gone. It is of no use to anybody, and so nothing is taken back for its sake."""

    name = "remove"
    label = "Remove it from the old pool"

    def act(self, run: Run) -> None:
        """The old pool does not have it."""
        with ready_pool(_source(run)) as pool:
            pool.remove_volume(run.subject_uuid)

    def record(self, run: Run, result: None) -> None:
        """Nothing is left behind, neither now nor from an earlier try."""
        alerts.clear_alert(LEFT_BEHIND_ALERT, _key(run.subject_uuid, _source(run)))

    def record_undo(self, run: Run, result: None) -> None:
        """Operators are told where the volume has moved and its old copy could not be removed."""
        volume, source = volume_of(run), _source(run)
        if volume.pool_id == source.pk:
            return
        sentence = (
            f"The volume {volume.name} was moved away, but its old copy is still on {source.name}. Look at "
            f"{source.name}, then try the job again, which removes it."
        )
        alerts.raise_alert(LEFT_BEHIND_ALERT, _key(volume.uuid, source), sentence, about=About.of(source))


@workflow
class MoveVolume(Workflow):
    """Promised, copied, removed where it lay."""

    kind = "volume.move"
    queue = "storage"
    label = "Moving the volume"
    steps: ClassVar = (ClaimTarget, CopyOver, RemoveOld)
    action = actions.MOVE_VOLUME

    def failed(self, run: Run) -> None:
        """It lies where the rows say."""

    def retry(self, run: Run) -> None:
        """As it is, each step looks how far the move has come; one that has not left yet is moved as anew."""
        volume = volume_of(run)
        if not _has_left(run, volume):
            demand_movable(volume, _target(run), holder_of(volume))


def _moved_live(run: Run, volume: Volume, target: Pool, instance: Instance, host: Host) -> VolumeFacts:
    with ready_pool(target, host=host) as pool, compute_driver(host, timeout_seconds=COPY_SECONDS) as driver:
        made = pool.ensure_volume(spec_of(volume))
        moving = _moves_disks(driver)
        if not _uses(driver, instance, made):
            watched(
                run,
                lambda: moving.move_disk(instance.uuid, volume.locator, made.locator, made.format),
                _share_of(host, instance, volume),
                steps=len(MoveVolume.steps),
            )
    return made


def _share_of(host: Host, instance: Instance, volume: Volume) -> Callable[[], float]:
    def share() -> float:
        with compute_driver(host) as eye:
            return _moves_disks(eye).moved_fraction(instance.uuid, volume.locator)

    return share


def _uses(driver: ComputeDriver, instance: Instance, found: VolumeFacts) -> bool:
    try:
        return any(disk.locator == found.locator for disk in driver.guest(instance.uuid).disks)
    except NotThere:
        return False


def _moves_disks(driver: ComputeDriver) -> MovesDisks:
    if not isinstance(driver, MovesDisks):
        raise Unsupported(detail=f"the driver {driver.name} cannot move disks")
    return driver


def _record_moved(run: Run, facts: VolumeFacts) -> None:
    volume, source, target = volume_of(run), _source(run), _target(run)
    changes = {"pool": target, "locator": facts.locator, "format": facts.format}
    # Guarded, so that the old place is given back once.
    if Volume.objects.filter(pk=volume.pk, pool=source).update(**changes):
        pool_choice.release(source, volume.size_bytes, is_whole=volume.is_whole)
        run.notes.pop("claimed_bytes", None)
        # What was left there once is the volume itself now.
        alerts.clear_alert(LEFT_BEHIND_ALERT, _key(volume.uuid, target))
    about = About.of(volume, volume.account.owner)
    records.completed(run.job.caller, "VOLUME.MIGRATE", about, job_uuid=run.job.uuid)


def _key(volume: UUID, pool: Pool) -> str:
    """Under which it is told that something of the volume is left on the pool."""
    return f"{volume}:{pool.uuid}"


def _has_left(run: Run, volume: Volume) -> bool:
    """True where it has moved already, here or later elsewhere, or is deleted: the old pool has a leftover at most."""
    return volume.pool is None or str(volume.pool.uuid) != run.arguments["source"]


def _target(run: Run) -> Pool:
    return Pool.objects.select_related("host", "cluster").get(uuid=run.arguments["pool"])


def _find_target(run: Run) -> Pool | None:
    """For clean-ups that come late: the portal may have no such pool any more, and what lay there stayed there."""
    return Pool.objects.select_related("host", "cluster").filter(uuid=run.arguments["pool"]).first()


def _source(run: Run) -> Pool:
    return Pool.objects.select_related("host", "cluster").get(uuid=run.arguments["source"])
