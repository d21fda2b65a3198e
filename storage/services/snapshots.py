"""Snapshots of volumes: taken, renamed, restored, made into volumes and templates, deleted."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from cloudportal.core import names, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, WrongState
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject, hold_of
from compute.topology.services.offered import demand_open
from storage import abilities, actions, guards, origins, queries, states, volume_work
from storage.amounts import GIB, gib_of, readable, whole_sectors
from storage.models import THIN, DiskOffering, Snapshot, Volume
from storage.services import volumes
from tenants.models import Account
from tenants.services import limits
from tenants.services.limits import Resource


@dataclass(frozen=True, kw_only=True)
class NewSnapshot:
    """A snapshot as a caller wants it. With `is_quiet` a guest that can is asked to write everything out first."""

    volume_uuid: UUID | str
    name: str = ""
    is_quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class VolumeOfSnapshot:
    """A new volume of a snapshot's content. Without a size it is as large as the snapshot's."""

    name: str
    offering_uuid: UUID | str | None = None
    size_gib: int | None = None


@transaction.atomic
def take(caller: Caller, values: NewSnapshot) -> tuple[Snapshot, Job]:
    """A snapshot of the volume as it is soon, and the job that copies it into the store.

    Raises NotFound for a volume that is not the caller's, WrongState, LimitReached, Busy.
    """
    actions.TAKE_SNAPSHOT.permit(caller)
    return begin(caller, queries.volume_for(caller, values.volume_uuid), values)


def begin(
    caller: Caller, volume: Volume, values: NewSnapshot, *, schedule_uuid: UUID | None = None
) -> tuple[Snapshot, Job]:
    """As `take`, of a volume at hand. Needs an open transaction."""
    demand_ready(volume, "take a snapshot of it")
    guards.demand_allowed(volume, "take a snapshot of")
    account = volume.account
    name = names.check_label(values.name) if values.name.strip() else f"snapshot of {volume.name}"[:100]
    limits.reserve(account, {Resource.SNAPSHOTS: 1})
    snapshot = Snapshot.objects.create(
        account=account,
        zone=volume.zone,
        volume=volume,
        volume_name=volume.name,
        origin=origins.origin_of(volume),
        schedule_uuid=schedule_uuid,
        name=name,
        os_type=volume.template.os_type if volume.template else "",
    )
    records.record(
        caller,
        "SNAPSHOT.CREATE",
        About.of(snapshot, account.owner),
        after={"name": name, "volume": volume.name},
        stage="scheduled",
    )
    plans.note(
        "create",
        f"Takes a snapshot of the volume {volume.name}; it may need up to {readable(volume.size_bytes)}.",
        noun="snapshot",
    )
    job = jobs.submit(
        caller,
        "snapshot.take",
        Subject.of(snapshot),
        {**copied_from(volume), "is_quiet": values.is_quiet},
        owner=account.owner,
        holds=[hold_of(snapshot), hold_of(volume)],
    )
    return snapshot, job


@transaction.atomic
def rename(caller: Caller, snapshot: Snapshot, name: str) -> Snapshot:
    """The snapshot under another name."""
    actions.UPDATE_SNAPSHOT.check(caller, snapshot)
    before, snapshot.name = snapshot.name, names.check_label(name)
    snapshot.save(update_fields=["name"])
    about = About.of(snapshot, snapshot.account.owner)
    records.record(caller, "SNAPSHOT.UPDATE", about, before={"name": before}, after={"name": snapshot.name})
    plans.note("update", f"Renames the snapshot {before} to {snapshot.name}.", noun="snapshot")
    return snapshot


@transaction.atomic
def restore(caller: Caller, snapshot: Snapshot) -> Job:
    """The job that puts the snapshot's content back on its volume, whose instance must be stopped.

    Raises Conflict when the volume is gone or something stands against it, Busy.
    """
    actions.RESTORE_SNAPSHOT.check(caller, snapshot)
    volume = snapshot.volume
    if volume is None or volume.state == states.DELETED:
        raise Conflict(
            f"The volume {snapshot.volume_name} is deleted, so nothing can be restored to it. Make a new volume of the "
            "snapshot."
        )
    volume = queries.volume_for(caller, volume.uuid)
    demand_restorable(snapshot, volume)
    plans.note(
        "restore",
        f"Replaces what is on the volume {volume.name} by the snapshot {snapshot.name}.",
        noun="volume",
    )
    if volume.provisioning != THIN:
        plans.note(
            "thin",
            f"The volume {volume.name} is {volume.provisioning}. From then on it leans on the snapshot's image and is "
            "thin: it takes room as it is written.",
            noun="volume",
        )
    about = About.of(volume, volume.account.owner)
    job = jobs.submit(
        caller,
        "snapshot.restore",
        Subject.of(snapshot),
        {"volume": str(volume.uuid)},
        owner=volume.account.owner,
        holds=[hold_of(snapshot), hold_of(volume)],
    )
    records.record(
        caller,
        "SNAPSHOT.REVERT",
        about,
        after={"snapshot": snapshot.name},
        stage="started",
        job_uuid=job.uuid,
    )
    return job


def demand_restorable(snapshot: Snapshot, volume: Volume) -> None:
    """Returns where the snapshot could be put back on the volume now. Raises WrongState or Conflict."""
    actions.RESTORE_SNAPSHOT.demand_state(snapshot)
    demand_ready(volume, "restore to it")
    if volume.size_bytes < snapshot.virtual_size_bytes:
        raise Conflict(f"The volume {volume.name} is smaller than the snapshot. Make a new volume of it.")
    guards.demand_allowed(volume, "restore")


@transaction.atomic
def make_volume(caller: Caller, snapshot: Snapshot, values: VolumeOfSnapshot) -> tuple[Volume, Job]:
    """A data volume of the caller's account with the snapshot's content, and the job that makes it.

    Raises NotFound for an offering that the caller may not use, InvalidInput, LimitReached, Busy.
    """
    actions.USE_SNAPSHOT.check(caller, snapshot)
    actions.CREATE_VOLUME.permit(caller)
    offering = queries.disk_offering_for(caller, values.offering_uuid) if values.offering_uuid else None
    if offering is not None:
        owner = Account.objects.select_related("domain").get(pk=caller.owner.account_id)
        demand_open(offering, owner.domain, snapshot.zone, field="offering_uuid")
    size_bytes = _size_bytes(snapshot, offering, values.size_gib)
    volume = volumes.allocate_of_snapshot(
        caller,
        snapshot,
        name=names.check_label(values.name),
        size_bytes=size_bytes,
        offering=offering,
    )
    plans.note(
        "create",
        f"Creates the volume {volume.name} of {readable(size_bytes)} with the snapshot's content.",
        noun="volume",
    )
    # The snapshot is held too, so that it is not deleted before its image is on the pool.
    holds = [hold_of(volume), hold_of(snapshot)]
    return volume, jobs.submit(caller, "volume.create", Subject.of(volume), holds=holds)


@transaction.atomic
def delete(caller: Caller, snapshot: Snapshot) -> Job:
    """The job that deletes the snapshot for good. What was made of it stays. Raises Conflict, Busy."""
    actions.DELETE_SNAPSHOT.check(caller, snapshot)
    waiting = snapshot.made_volumes.filter(state__in=(states.ALLOCATED, states.CREATING)).first()
    if waiting is not None:
        raise Conflict(
            f"The volume {waiting.name} is still to be made of this snapshot. Wait until it is there, or delete it."
        )
    states.SNAPSHOT.move(snapshot, "delete")
    plans.note("delete", f"Deletes the snapshot {snapshot.name}.", noun="snapshot")
    owner = snapshot.account.owner
    return jobs.submit(
        caller, "snapshot.delete", Subject.of(snapshot), owner=owner, holds=[hold_of(snapshot)]
    )


def _size_bytes(snapshot: Snapshot, offering: DiskOffering | None, size_gib: int | None) -> int:
    """What a volume of the snapshot has: what the offering allows, and no less than the snapshot needs."""
    least = whole_sectors(snapshot.virtual_size_bytes)
    asked_gib = size_gib
    if offering is not None:
        is_open = offering.size_gib is None
        checked_gib = volumes.size_of(offering, size_gib or gib_of(least) if is_open else size_gib)
        # As large as the snapshot, where nobody said how large: that may be between two GiB.
        asked_gib = size_gib if is_open else checked_gib
    size_bytes = asked_gib * GIB if asked_gib else least
    if size_bytes < least and offering is not None and offering.size_gib is not None:
        raise InvalidInput.of(
            "offering_uuid",
            f"{offering.name} is always {offering.size_gib} GiB, and the snapshot needs {gib_of(least)}. Choose "
            "another offering.",
        )
    if size_bytes < least or gib_of(size_bytes) > volumes.LARGEST_GIB:
        raise InvalidInput.of(
            "size_gib", f"Choose {gib_of(least)} to {volumes.LARGEST_GIB} GiB; the snapshot needs the former."
        )
    return size_bytes


def copied_from(volume: Volume) -> dict[str, str]:
    """What a job that copies the volume is told: the pool too, for its copy may have to be removed from there when the
    volume lies elsewhere by then.
    """
    return {"volume": str(volume.uuid), "pool": str(volume_work.pool_of(volume).uuid)}


def demand_ready(volume: Volume, doing: str) -> None:
    """Returns for a volume that is made and on a pool that can be copied from. Raises WrongState or Conflict."""
    if volume.state != states.READY or volume.pool is None:
        raise WrongState(noun="volume", state=volume.state, action=doing, needed=states.READY)
    abilities.demand(volume.pool, "TakesSnapshots", "take snapshots")
