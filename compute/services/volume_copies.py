"""Copying volumes, to a new one on the same storage or over to another pool."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import transaction

from cloudportal.core import names, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, WrongState
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject, hold_of
from compute import actions, states
from compute.models import Instance
from compute.promises import storage_tags
from compute.services.instances.holding import held_with
from compute.services.reach import is_reachable
from compute.topology import states as topology_states
from compute.topology.abilities import can
from compute.topology.models import Host
from storage import abilities, guards, origins, pool_choice, volume_work
from storage import queries as storage
from storage import states as storage_states
from storage.amounts import readable
from storage.connections import reaches, reaching
from storage.models import Pool, Volume
from tenants.services import limits

AT_REST = (states.STOPPED, states.DESTROYED, states.ERROR)
MOVABLE = (storage_states.READY, storage_states.DESTROYED)


@dataclass(frozen=True, kw_only=True)
class CloneValues:
    """What the copy is called."""

    name: str


@dataclass(frozen=True, kw_only=True)
class MoveValues:
    """Where a volume is to lie, as a pool's uuid."""

    pool: UUID | str


@transaction.atomic
def clone(caller: Caller, volume: Volume, values: CloneValues) -> tuple[Volume, Job]:
    """A data volume of the same account and size, and the job that fills it with what is on this one now.

    Raises InvalidInput, LimitReached, Busy, WrongState while an instance runs on it, and Conflict where its storage
    cannot copy.
    """
    actions.CLONE_VOLUME.check(caller, volume)
    instance = holder_of(volume)
    if instance is not None and instance.state not in AT_REST:
        raise WrongState(
            f"{instance.name} is {instance.state} and may write to the volume {volume.name} while it is copied. Stop "
            "the instance or detach the volume first, or take a snapshot and make a volume of that."
        )
    abilities.demand(_pool_of(volume), "CopiesVolumes", "copy volumes")
    pool_choice.demand_open(volume)
    name = names.check_label(values.name)
    account = volume.account
    limits.reserve(account, volume_work.amounts_of(volume))
    copy = Volume.objects.create(
        uuid=uuid4(),
        account=account,
        zone=volume.zone,
        offering=volume.offering,
        name=name,
        kind=Volume.DATA,
        size_bytes=volume.size_bytes,
        format=volume.format,
        provisioning=volume.provisioning,
        origin=origins.origin_of(volume),
    )
    plans.note(
        "clone",
        f"Creates the volume {name} of {readable(volume.size_bytes)} with a copy of what is on {volume.name}.",
        noun="volume",
    )
    job = jobs.submit(
        caller,
        "volume.clone",
        Subject.of(copy),
        {"source": str(volume.uuid)},
        owner=account.owner,
        holds={hold_of(copy), hold_of(volume), *(held_with(instance) if instance else ())},
    )
    records.record(
        caller,
        "VOLUME.CREATE",
        About.of(copy, account.owner),
        after={"size_bytes": copy.size_bytes, "kind": copy.kind, "source": volume.name},
        stage="scheduled",
        job_uuid=job.uuid,
    )
    return copy, job


@transaction.atomic
def move(caller: Caller, volume: Volume, values: MoveValues) -> Job:
    """The job that copies the volume over to another pool and removes it where it lay; a guest goes on meanwhile.

    Raises NotFound for a pool that the caller may not see, InvalidInput for one that cannot take it, WrongState, Busy,
    and Conflict where hosts or drivers cannot do it.
    """
    actions.MOVE_VOLUME.permit(caller)
    pool = storage.pool_for(caller, values.pool)
    actions.MOVE_VOLUME.check(caller, volume)
    instance = holder_of(volume)
    demand_movable(volume, pool, instance)
    note_move(volume, pool, instance)
    return submit_move(caller, volume, pool, instance)


def holder_of(volume: Volume) -> Instance | None:
    """The instance that has the volume attached."""
    if volume.held_by is None:
        return None
    rows = Instance.objects.select_related("host__cluster__pod", "account__domain", "zone", "offering")
    return rows.filter(uuid=volume.held_by).first()


def demand_movable(volume: Volume, pool: Pool, instance: Instance | None) -> None:
    """Returns where the volume could be moved to the pool now, room aside. Raises as `move` does, but for one that is
    put aside.
    """
    if volume.state not in MOVABLE:
        raise WrongState(noun="volume", state=volume.state, action="move it", needed=" or ".join(MOVABLE))
    guards.demand_allowed(volume, "move")
    source = _pool_of(volume)
    _demand_fitting(volume, source, pool, instance)
    if instance is not None and instance.state not in (*AT_REST, states.RUNNING):
        raise WrongState(
            noun="instance", state=instance.state, action="move its volumes", needed="running or stopped"
        )
    if instance is not None and instance.host is not None:
        _demand_hot(volume, pool, instance.host, instance)
        return
    abilities.demand(pool, "CopiesVolumes", "be copied to")
    if common_host(source, pool) is None:
        raise Conflict(
            f"No host that is up reaches both {source.name} and {pool.name}, so nothing can be copied between them. "
            "Choose a pool that a host reaches together with the first, or bring such a host up."
        )
    if instance is not None:
        _demand_startable(volume, pool, instance)


def note_move(volume: Volume, pool: Pool, instance: Instance | None) -> None:
    """What moving the volume means, in the plan."""
    plans.note(
        "move",
        f"Copies the volume {volume.name} of {readable(volume.size_bytes)} to {pool.name} and removes it from "
        f"{_pool_of(volume).name} afterwards.",
        noun="volume",
        size_bytes=volume.size_bytes,
    )
    if instance is not None and instance.state == states.RUNNING:
        plans.note("guest", f"{instance.name} goes on running; its disk is slower while it is copied.")
    elif instance is not None:
        plans.note("guest", f"{instance.name} cannot be started until it is done.")


def submit_move(caller: Caller, volume: Volume, pool: Pool, instance: Instance | None) -> Job:
    """The job that moves the volume, and the event that says that it is wanted."""
    owner = volume.account.owner
    job = jobs.submit(
        caller,
        "volume.move",
        Subject.of(volume),
        {"pool": str(pool.uuid), "source": str(_pool_of(volume).uuid)},
        owner=owner,
        holds={hold_of(volume), *(held_with(instance) if instance else ())},
    )
    records.record(
        caller,
        "VOLUME.MIGRATE",
        About.of(volume, owner),
        before={"pool": _pool_of(volume).name},
        after={"pool": pool.name},
        stage="started",
        job_uuid=job.uuid,
    )
    return job


def common_host(source: Pool, pool: Pool) -> Host | None:
    """A host that is up and reaches both."""
    return reaching(source, pool).filter(state=topology_states.UP).first()


def _demand_fitting(volume: Volume, source: Pool, pool: Pool, instance: Instance | None) -> None:
    if pool.pk == source.pk:
        raise InvalidInput.of(
            "pool", f"The volume {volume.name} lies on {pool.name} already. Choose another pool."
        )
    if pool.zone_id != source.zone_id:
        raise InvalidInput.of("pool", f"{pool.name} is in another zone than the volume {volume.name}.")
    if pool.state != storage_states.UP:
        raise InvalidInput.of(
            "pool", f"{pool.name} is {pool.state} and takes no volumes. Choose one that is up."
        )
    if not abilities.are_kin(pool, source):
        raise InvalidInput.of(
            "pool", f"{pool.name} is another kind of storage, to which nothing can be copied."
        )
    wanted = {*storage_tags(instance, volume), *(volume.offering.tags if volume.offering else ())}
    missing = sorted(wanted - set(pool.tags))
    if missing:
        raise InvalidInput.of(
            "pool",
            f"{pool.name} lacks the tags that the offering of the volume asks for: {', '.join(missing)}. Choose a "
            "pool that has them.",
        )


def _demand_hot(volume: Volume, pool: Pool, host: Host, instance: Instance) -> None:
    if not can(host, "MovesDisks"):
        raise Conflict(
            f"The kind of host that {instance.name} runs on cannot move its disks while it runs. Stop it first."
        )
    if not reaches(host, pool):
        raise Conflict(
            f"{pool.name} is out of reach of the host on which {instance.name} runs. Stop the instance first, or "
            "choose a pool that its host reaches."
        )


def _demand_startable(volume: Volume, pool: Pool, instance: Instance) -> None:
    others = instance.attachments.exclude(volume=volume)
    pools = list(Pool.objects.filter(volumes__attachment__in=others).distinct())
    if not is_reachable([*pools, pool], instance):
        names_of_pools = ", ".join(sorted(one.name for one in pools))
        raise Conflict(
            f"No host reaches {pool.name} together with the storage of the other disks of {instance.name} "
            f"({names_of_pools}), so it could not be started again. Choose another pool, or detach the volume first."
        )


def _pool_of(volume: Volume) -> Pool:
    return volume_work.pool_of(volume)
