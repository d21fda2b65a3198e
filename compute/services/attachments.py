"""Attaching volumes to instances and detaching them: the link, and the job that tells the guest."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, WrongState
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject, hold_of
from compute import actions, queries, states
from compute.models import Instance, VolumeAttachment
from compute.services.instances.holding import held_with
from compute.services.reach import is_reachable
from compute.topology.abilities import can
from storage import guards
from storage import states as storage_states
from storage.models import Pool, Volume

# A guest of the machine type that every QEMU has takes about 24 cards of all kinds: beside its own and 8 NICs, these.
LAST_PLACE = 14
ATTACHING = (states.RUNNING, states.STOPPED)
DETACHING = (states.RUNNING, states.STOPPED, states.DESTROYED, states.ERROR)


@dataclass(frozen=True, kw_only=True)
class AttachValues:
    """Where a volume is to go. Without a `device_index` it gets the first free place; the root disk is at 0."""

    instance: UUID | str
    device_index: int | None = None


@transaction.atomic
def attach(caller: Caller, volume: Volume, values: AttachValues) -> Job:
    """The job that gives the volume to the instance, at once where that runs, else when it is started next.

    Raises NotFound for an instance that is not the caller's, InvalidInput for a place that cannot be, WrongState, Busy,
    and Conflict for a volume that is attached already or that the instance could not reach.
    """
    actions.ATTACH_VOLUME.permit(caller)
    instance = queries.instance_for(caller, values.instance)
    actions.ATTACH_VOLUME.check(caller, volume)
    _demand_together(volume, instance)
    _demand_state(instance, ATTACHING, "attach a volume")
    _demand_able(instance)
    place = _place(instance, values.device_index)
    _demand_reach(volume, instance)
    # Guarded: of two who attach it at once, to whatever instances, one finds it taken.
    free = Volume.objects.filter(pk=volume.pk, held_by=None, state=storage_states.READY)
    if not free.update(held_by=instance.uuid):
        raise Conflict(f"The volume {volume.name} is attached already. Detach it first.")
    VolumeAttachment.objects.create(instance=instance, volume=volume, device_index=place)
    when = "at once" if instance.state == states.RUNNING else "when it is started next"
    plans.note(
        "attach",
        f"Attaches the volume {volume.name} to the instance {instance.name} as disk {place}; it sees it {when}.",
        noun="volume",
        device_index=place,
    )
    return _submit(caller, volume, instance, "volume.attach", ATTACHING)


@transaction.atomic
def detach(caller: Caller, volume: Volume) -> Job:
    """The job that takes the volume from its instance; it is free once the guest has let go of it.

    Raises WrongState, Busy, and Conflict for a volume that is not attached or is the disk that the instance boots from.
    """
    actions.DETACH_VOLUME.check(caller, volume)
    instance = holder_of(caller, volume)
    demand_detachable(volume, instance)
    plans.note(
        "detach", f"Detaches the volume {volume.name} from the instance {instance.name}.", noun="volume"
    )
    if instance.state == states.RUNNING:
        plans.note("guest", f"{instance.name} must let go of the disk while it runs; unmount it there first.")
    return _submit(caller, volume, instance, "volume.detach", DETACHING)


def demand_detachable(volume: Volume, instance: Instance) -> None:
    """Returns where the instance could be without the volume. Raises Conflict or WrongState."""
    actions.DETACH_VOLUME.demand_state(volume)
    if volume.kind == Volume.ROOT:
        raise Conflict(
            f"The volume {volume.name} is the disk that {instance.name} boots from, and stays with it until the "
            "instance is expunged."
        )
    _demand_state(instance, DETACHING, "detach a volume")
    guards.demand_allowed(volume, "detach")
    _demand_able(instance)


def holder_of(caller: Caller, volume: Volume) -> Instance:
    """The instance that has the volume. Raises Conflict where none has it."""
    link = VolumeAttachment.objects.filter(volume=volume).select_related("instance").first()
    if link is None:
        raise Conflict(f"The volume {volume.name} is not attached to an instance.")
    return queries.instance_for(caller, link.instance.uuid)


def free_places(instance: Instance) -> list[int]:
    """The places at which the instance could take another disk, in their order."""
    taken = set(instance.attachments.values_list("device_index", flat=True))
    return [place for place in range(1, LAST_PLACE + 1) if place not in taken]


def _submit(caller: Caller, volume: Volume, instance: Instance, kind: str, allowed: Iterable[str]) -> Job:
    owner = volume.account.owner
    job = jobs.submit(
        caller,
        kind,
        Subject.of(volume),
        {"instance": str(instance.uuid)},
        owner=owner,
        holds={*held_with(instance), hold_of(volume)},
    )
    # Now that nobody else can work on it: what was read before may have been overtaken.
    instance.refresh_from_db(fields=["state", "host"])
    _demand_state(instance, allowed, "change its disks")
    records.record(
        caller,
        kind.upper(),
        About.of(volume, owner),
        after={"instance": instance.name},
        stage="started",
        job_uuid=job.uuid,
    )
    return job


def _demand_together(volume: Volume, instance: Instance) -> None:
    if volume.account_id != instance.account_id:
        raise InvalidInput.of(
            "instance", f"{instance.name} belongs to another account than the volume {volume.name}."
        )
    if volume.zone_id != instance.zone_id:
        raise InvalidInput.of(
            "instance",
            f"{instance.name} is in {instance.zone.name} and the volume {volume.name} is in {volume.zone.name}. "
            "Choose an instance in the zone of the volume.",
        )
    if volume.kind == Volume.ROOT:
        raise Conflict(f"The volume {volume.name} is a root disk. Only data volumes can be attached.")


def _demand_state(instance: Instance, allowed: Iterable[str], action: str) -> None:
    if instance.state not in allowed:
        raise WrongState(
            noun="instance", state=instance.state, action=action, needed=" or ".join(sorted(allowed))
        )


def _demand_able(instance: Instance) -> None:
    if instance.host is not None and not can(instance.host, "AttachesDisks"):
        raise Conflict(
            f"The kind of host that {instance.name} runs on cannot change its disks while it runs. Stop the instance "
            "first."
        )


def _place(instance: Instance, wished: int | None) -> int:
    free = free_places(instance)
    if not free:
        raise Conflict(f"{instance.name} has {LAST_PLACE} data volumes, which is the most. Detach one first.")
    if wished is None:
        return free[0]
    if not 1 <= wished <= LAST_PLACE:
        raise InvalidInput.of("device_index", f"Choose 1 to {LAST_PLACE}; the root disk is at 0.")
    if wished not in free:
        raise InvalidInput.of("device_index", f"{instance.name} has another disk there. Choose a free place.")
    return wished


def _demand_reach(volume: Volume, instance: Instance) -> None:
    pools = list(Pool.objects.filter(volumes__attachment__instance=instance).distinct())
    if volume.pool is None or is_reachable([*pools, volume.pool], instance):
        return
    what_to_do = (
        "Move the volume to other storage, or stop the instance and attach it then."
        if instance.host is not None
        else "Move the volume to other storage first."
    )
    raise Conflict(
        f"The volume {volume.name} lies on storage that {instance.name} cannot reach from where it is. {what_to_do}"
    )
