"""Making a volume larger: by its guest's host while it runs, else by its pool. Nothing is ever made smaller."""

from typing import ClassVar

from cloudportal.core.errors import NoRoom
from cloudportal.drivers.errors import Unsupported
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import actions
from compute.drivers.contract import GrowsDisks
from compute.drivers.facts import Power
from compute.drivers.limits import DiskLimits, TunesDisks
from compute.models import Instance
from compute.promises import limits_of
from compute.services import volume_sizes
from compute.topology.connections import compute_driver
from storage import pool_choice, volume_work
from storage.amounts import gib_of, readable
from storage.connections import ready_pool
from storage.drivers.contract import GrowsVolumes
from storage.models import DiskOffering, Pool, Volume
from tenants.resources import Resource
from tenants.services import limits


class ClaimSpace(Step):
    """Rows only: the pool promises the rest of the volume."""

    name = "claim-space"
    label = "Reserve the space"

    def record(self, run: Run, result: None) -> None:
        """Promised whole, or the job turns back."""
        volume = volume_of(run)
        more_bytes = run.arguments["size_bytes"] - volume.size_bytes
        pool = volume.pool
        if (
            pool is not None
            and more_bytes
            and not pool_choice.claim(pool, more_bytes, is_whole=volume.is_whole)
        ):
            raise NoRoom(
                reason=f"Its storage does not have {readable(more_bytes)} left for the volume {volume.name}. Move the "
                "volume to other storage, or try again later."
            )
        run.notes["claimed_bytes"] = more_bytes if pool is not None else 0
        run.notes["claimed_on"] = str(pool.uuid) if pool is not None else ""

    def record_undo(self, run: Run, result: None) -> None:
        """What was promised and counted is free again, unless the volume grew after all."""
        if run.notes.get("is_grown"):
            return
        volume = volume_of(run)
        claimed_bytes = run.notes.pop("claimed_bytes", 0)
        # Not the pool that the volume is on: a clean-up that comes late may find it moved, and the pool removed.
        pool = Pool.objects.filter(uuid=run.notes["claimed_on"]).first() if claimed_bytes else None
        if pool is not None:
            pool_choice.release(pool, claimed_bytes, is_whole=volume.is_whole)
        limits.release(volume.account, {Resource.PRIMARY_STORAGE_GIB: run.arguments["more_gib"]})


class Limit(Step):
    """A guest that runs is held to what the offering says. One that is off, or on a host that cannot do that, is so
    when it starts next.
    """

    name = "limit"
    label = "Set its reads and writes"

    def act(self, run: Run) -> None:
        """Before the rows say so: turning back goes by them."""
        volume, offering = volume_of(run), _offering(run)
        if offering is not None and offering != volume.offering:
            _hold_to(volume, limits_of(offering))

    def undo(self, run: Run) -> None:
        """As the rows say by now: the volume may have grown after all."""
        volume = volume_of(run)
        _hold_to(volume, limits_of(volume.offering) if volume.offering else DiskLimits())


class Grow(Step):
    """The volume has the size, and whoever uses it sees that."""

    name = "grow"
    label = "Make the volume larger"

    def act(self, run: Run) -> None:
        """A wish has nothing to grow yet."""
        volume = volume_of(run)
        if volume.pool is None:
            return
        size_bytes = run.arguments["size_bytes"]
        instance = runs_on(volume)
        if instance is not None and instance.host is not None:
            with compute_driver(instance.host) as host:
                if not isinstance(host, GrowsDisks):
                    raise Unsupported(detail=f"the driver {host.name} cannot grow disks")
                host.grow_disk(instance.uuid, volume.locator, size_bytes)
            return
        with ready_pool(volume.pool) as pool:
            if not isinstance(pool, GrowsVolumes):
                raise Unsupported(detail=f"the driver {pool.name} cannot grow volumes")
            pool.grow_volume(volume.uuid, size_bytes)

    def record(self, run: Run, result: None) -> None:
        """Size, offering, meter and event in one transaction."""
        volume_work.record_size(run, volume_of(run), run.arguments["size_bytes"], _offering(run))

    def undo(self, run: Run) -> bool:
        """Looks only, for what has grown stays so. True where it has."""
        volume = volume_of(run)
        # Larger still where another resizing came after one whose clean-up was stuck.
        if volume.pool is None or volume.size_bytes >= run.arguments["size_bytes"]:
            return False
        with ready_pool(volume.pool) as pool:
            return pool.volume(volume.uuid).size_bytes >= run.arguments["size_bytes"]

    def record_undo(self, run: Run, result: bool) -> None:
        """The rows say how large the volume is."""
        if result:
            volume_work.record_size(run, volume_of(run), run.arguments["size_bytes"], _offering(run))
            run.notes["is_grown"] = True


@workflow
class ResizeVolume(Workflow):
    """Promised, held to its limits, grown, counted."""

    kind = "volume.resize"
    queue = "storage"
    label = "Resizing the volume"
    steps: ClassVar = (ClaimSpace, Limit, Grow)
    action = actions.RESIZE_VOLUME

    def failed(self, run: Run) -> None:
        """It has the size that the rows say."""

    def retry(self, run: Run) -> None:
        """Counted anew, from the size that it has by now; one that grew after all has nothing left to count."""
        volume, size_bytes = volume_of(run), run.arguments["size_bytes"]
        volume_sizes.demand_possible(volume, size_bytes, _offering(run))
        run.job.arguments["more_gib"] = gib_of(size_bytes) - gib_of(volume.size_bytes)
        run.job.save(update_fields=["arguments"])
        limits.reserve(volume.account, {Resource.PRIMARY_STORAGE_GIB: run.job.arguments["more_gib"]})


def volume_of(run: Run) -> Volume:
    """The job's volume, as it is now."""
    rows = Volume.objects.select_related("pool__host", "zone", "offering", "account__domain")
    return rows.get(uuid=run.subject_uuid)


def runs_on(volume: Volume) -> Instance | None:
    """The instance whose guest is up and has the volume, or None while it is at rest."""
    rows = Instance.objects.select_related("host__cluster__pod").exclude(host=None)
    instance = rows.filter(uuid=volume.held_by).first() if volume.held_by else None
    if instance is None or instance.host is None:
        return None
    with compute_driver(instance.host) as driver:
        guest = driver.find_guest(instance.uuid)
    return None if guest is None or guest.power is Power.OFF else instance


def _hold_to(volume: Volume, limits: DiskLimits) -> None:
    instance = runs_on(volume) if volume.kind == Volume.DATA else None
    if instance is None or instance.host is None:
        return
    with compute_driver(instance.host) as driver:
        if isinstance(driver, TunesDisks):
            driver.limit_disk(instance.uuid, volume.locator, limits)


def _offering(run: Run) -> DiskOffering | None:
    uuid = run.arguments["offering"]
    return DiskOffering.objects.get(uuid=uuid) if uuid else None
