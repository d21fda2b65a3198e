"""Emptying a pool for maintenance: what of it goes where is worked out first, and a job has it moved."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, PortalError
from cloudportal.core.scoping import ScopedQuerySet
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject, hold_of
from compute import actions
from compute import states as instance_states
from compute.models import AttachedIso, Instance, VolumeAttachment
from compute.promises import storage_tags
from compute.services import volume_copies
from storage import pool_choice, states
from storage.models import Pool, Volume
from storage.pool_choice import Need

# More would not be read.
MOST_TOLD = 50
_OFF = (instance_states.STOPPED, instance_states.DESTROYED)
_STARTING = (instance_states.STARTING, instance_states.DEPLOYING)


@dataclass(frozen=True)
class Fate:
    """Where a volume can go from its pool, or why it can go nowhere."""

    volume: Volume
    instance: Instance | None
    pool: Pool | None
    reason: str = ""


@transaction.atomic
def evacuate(caller: Caller, pool: Pool) -> Job:
    """The job that moves every volume to other pools and then has the pool in maintenance. It can be aborted.

    Running instances go on running. Raises WrongState, Busy, and Conflict where a volume could go nowhere, with the
    reasons, or an ISO from there is in the drive of an instance on a host.
    """
    actions.EVACUATE_POOL.check(caller, pool)
    found = close(pool)
    plans.note(
        "maintain", f"Closes the storage pool {pool.name} to new volumes and moves away what lies on it."
    )
    for one in found[:MOST_TOLD]:
        if one.pool is not None:
            volume_copies.note_move(one.volume, one.pool, one.instance)
    if len(found) > MOST_TOLD:
        plans.note("more", f"Moves {len(found) - MOST_TOLD} more volumes.", count=len(found) - MOST_TOLD)
    records.record(caller, "MAINT.PREPARE.PS", About.of(pool))
    return jobs.submit(caller, "pool.evacuate", Subject.of(pool), holds=[hold_of(pool)])


def close(pool: Pool) -> list[Fate]:
    """The pool takes no volumes any more, and for each that lies on it where it goes. Raises as `evacuate` does."""
    states.POOL.move(pool, "evacuate", reason="")
    demand_no_discs(pool)
    found = list(fates(pool))
    stuck = [one for one in found if one.pool is None]
    if stuck:
        told = "; ".join(f"{one.volume.name}: {one.reason}" for one in stuck[:MOST_TOLD])
        raise Conflict(f"{len(stuck)} volumes of {pool.name} can go nowhere, so nothing was begun. {told}")
    return found


def demand_no_discs(pool: Pool) -> None:
    """Returns while no guest reads an ISO from the pool. Raises Conflict with the names of the instances."""
    told = told_of_discs(pool)
    if told:
        raise Conflict(told)


def told_of_discs(pool: Pool) -> str:
    """Which instances read ISOs from the pool, and what helps; empty where none does."""
    names = sorted(_discs_in_use(pool).values_list("instance__name", flat=True))
    if not names:
        return ""
    return (
        f"ISOs that lie on {pool.name} are in the drives of running instances: {', '.join(names[:MOST_TOLD])}. "
        f"Detach them there first ({len(names)} in all), or stop the instances."
    )


def forget_discs(pool: Pool) -> None:
    """Instances that do not read their ISOs from the pool lean on it no more. Rows only; may be called again."""
    in_use = list(_discs_in_use(pool).values_list("pk", flat=True))
    AttachedIso.objects.filter(pool=pool).exclude(pk__in=in_use).update(pool=None, locator="")


def _discs_in_use(pool: Pool) -> ScopedQuerySet[AttachedIso]:
    """ISOs that guests read, or are about to read, from the pool.

    One that is off gets its ISO from where its root disk lies when it starts; so does one that is starting, of which
    the row still tells where it was read the last time.
    """
    rows = AttachedIso.objects.filter(pool=pool).exclude(instance__host=None)
    roots = VolumeAttachment.objects.filter(instance=OuterRef("instance"), device_index=0, volume__pool=pool)
    return rows.exclude(instance__state__in=_OFF).exclude(~Exists(roots), instance__state__in=_STARTING)


def volumes_on(pool: Pool) -> ScopedQuerySet[Volume]:
    """What lies on the pool, or is about to."""
    rows = Volume.objects.filter(pool=pool).exclude(state=states.DELETED)
    return rows.select_related("pool", "zone", "offering", "account__domain").order_by("pk")


def fates(pool: Pool) -> Iterator[Fate]:
    """For each volume of the pool where it goes, if all go in this order."""
    promised: dict[int, int] = {}
    for volume in volumes_on(pool):
        one = fate_of(volume, promised)
        if one.pool is not None:
            promised[one.pool.pk] = promised.get(one.pool.pk, 0) + _weight(one.pool, volume)
        yield one


def fate_of(volume: Volume, promised: dict[int, int]) -> Fate:
    """Where the volume could go now, beside what is `promised` of the pools by their ids."""
    instance = volume_copies.holder_of(volume)
    if volume.state not in (states.READY, states.DESTROYED):
        return Fate(volume, instance, None, f"it is {volume.state}; wait, or delete it.")
    host = instance.host if instance is not None else None
    reason = "no other pool in reach has room and the tags that it needs."
    need = Need.of(volume, tags=storage_tags(instance, volume), host=host)
    for pool in pool_choice.narrow(need).pools:
        if pool.pk == volume.pool_id or not _has_room(pool, _weight(pool, volume) + promised.get(pool.pk, 0)):
            continue
        try:
            volume_copies.demand_movable(volume, pool, instance)
        except PortalError as refusal:
            reason = refusal.detail
        else:
            return Fate(volume, instance, pool)
    return Fate(volume, instance, None, reason)


def _weight(pool: Pool, volume: Volume) -> int:
    return pool_choice.weight_bytes(pool, volume.size_bytes, is_whole=volume.is_whole)


def _has_room(pool: Pool, more_bytes: int) -> bool:
    return pool_choice.promised_bytes(pool) + more_bytes <= pool_choice.promisable_bytes(pool)
