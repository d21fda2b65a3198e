"""Making volumes larger and changing their offering, whether an instance has them or not."""

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
from compute import actions, states
from compute.drivers.limits import DiskLimits
from compute.models import Instance
from compute.promises import limits_of
from compute.services.instances.holding import held_with
from compute.topology.abilities import can
from compute.topology.services.offered import demand_open
from storage import abilities, guards, pool_choice
from storage import queries as storage
from storage.amounts import GIB, gib_of, readable
from storage.models import DiskOffering, Volume
from storage.services.volumes import LARGEST_GIB, size_of
from tenants.resources import Resource
from tenants.services import limits

AT_REST = (states.RUNNING, states.STOPPED, states.DESTROYED, states.ERROR)


@dataclass(frozen=True, kw_only=True)
class ResizeValues:
    """What a volume is to be like. None leaves it as it is; an offering with a size of its own decides that too."""

    size_gib: int | None = None
    offering: UUID | str | None = None


@transaction.atomic
def resize(caller: Caller, volume: Volume, values: ResizeValues) -> Job:
    """The job that makes the volume larger or gives it another offering; a running instance sees it at once.

    Raises NotFound for an offering that is not the caller's to use, InvalidInput for a size that cannot be,
    LimitReached, WrongState, Busy, and Conflict where its host or its storage cannot do it.
    """
    actions.RESIZE_VOLUME.permit(caller)
    offering = storage.disk_offering_for(caller, values.offering) if values.offering else volume.offering
    actions.RESIZE_VOLUME.check(caller, volume)
    size_bytes = _wanted(volume, offering, values)
    if size_bytes == volume.size_bytes and offering == volume.offering:
        raise InvalidInput.of(
            "size_gib", f"The volume {volume.name} is like this already. Choose a larger size."
        )
    instance = demand_possible(volume, size_bytes, offering)
    more_gib = gib_of(size_bytes) - gib_of(volume.size_bytes)
    limits.reserve(volume.account, {Resource.PRIMARY_STORAGE_GIB: more_gib})
    _note(volume, instance, size_bytes, offering)
    owner = volume.account.owner
    job = jobs.submit(
        caller,
        "volume.resize",
        Subject.of(volume),
        {
            "size_bytes": size_bytes,
            "more_gib": more_gib,
            "offering": str(offering.uuid) if offering else None,
        },
        owner=owner,
        holds={hold_of(volume), *(held_with(instance) if instance else ())},
    )
    records.record(
        caller,
        "VOLUME.RESIZE",
        About.of(volume, owner),
        before={"size_bytes": volume.size_bytes, "offering": _name(volume.offering)},
        after={"size_bytes": size_bytes, "offering": _name(offering)},
        stage="started",
        job_uuid=job.uuid,
    )
    return job


def demand_possible(volume: Volume, size_bytes: int, offering: DiskOffering | None) -> Instance | None:
    """The instance that has the volume, if one has, where the volume can have this size and offering now.

    Raises InvalidInput for an offering that does not fit, WrongState, and Conflict where the size, the host or the
    storage cannot do it.
    """
    actions.RESIZE_VOLUME.demand_state(volume)
    if offering is not None and offering != volume.offering:
        _demand_fit(volume, offering)
    if size_bytes < volume.size_bytes:
        raise Conflict(
            f"The volume {volume.name} has {readable(volume.size_bytes)} by now, more than the {readable(size_bytes)} "
            "that it was to get. Resize it anew, if it is to be larger still."
        )
    instance = _holder(volume)
    _demand_can(volume, instance)
    if size_bytes != volume.size_bytes:
        guards.demand_allowed(volume, "resize")
        pool_choice.demand_open(volume)
    return instance


def _wanted(volume: Volume, offering: DiskOffering | None, values: ResizeValues) -> int:
    present_gib = gib_of(volume.size_bytes)
    if offering is None:
        asked = values.size_gib or present_gib
        if not 1 <= asked <= LARGEST_GIB:
            raise InvalidInput.of("size_gib", f"Choose {present_gib} to {LARGEST_GIB} GiB.")
    else:
        is_open = offering.size_gib is None
        asked = size_of(offering, (values.size_gib or present_gib) if is_open else values.size_gib)
    # Root disks may have a size between two GiB: the same number of GiB then means the same disk.
    wanted = volume.size_bytes if asked == present_gib else asked * GIB
    if wanted < volume.size_bytes:
        raise InvalidInput.of(
            "size_gib",
            f"The volume {volume.name} has {readable(volume.size_bytes)} and cannot be made smaller: what lies at its "
            "end would be cut off. Create a smaller one and copy over what you need.",
        )
    return wanted


def _demand_fit(volume: Volume, offering: DiskOffering) -> None:
    if volume.kind == Volume.ROOT:
        raise InvalidInput.of("offering", "Root disks have no disk offering; change the size alone.")
    demand_open(offering, volume.account.domain, volume.zone, field="offering")
    missing = sorted(set(offering.tags) - set(volume.pool.tags)) if volume.pool else []
    if missing:
        raise InvalidInput.of(
            "offering",
            f"{offering.name} is for other storage than that on which the volume {volume.name} lies. Move the volume "
            "to such storage first, or choose another offering.",
        )


def _holder(volume: Volume) -> Instance | None:
    if volume.held_by is None:
        return None
    rows = Instance.objects.select_related("host", "account__domain")
    return rows.filter(uuid=volume.held_by).first()


def _demand_can(volume: Volume, instance: Instance | None) -> None:
    if instance is not None and instance.state not in AT_REST:
        raise WrongState(
            noun="instance",
            state=instance.state,
            action="resize its volumes",
            needed=" or ".join(sorted(AT_REST)),
        )
    if volume.pool is not None:
        abilities.demand(volume.pool, "GrowsVolumes", "make volumes larger")
    if instance is not None and instance.host is not None and not can(instance.host, "GrowsDisks"):
        raise Conflict(
            f"The kind of host that {instance.name} runs on cannot make disks larger while they are used. Stop the "
            "instance first."
        )


def _note(volume: Volume, instance: Instance | None, size_bytes: int, offering: DiskOffering | None) -> None:
    if size_bytes != volume.size_bytes and volume.is_whole:
        plans.note(
            "fat", "What is added is promised whole, and takes its room as it is written.", noun="volume"
        )
    if size_bytes != volume.size_bytes:
        plans.note(
            "resize",
            f"Makes the volume {volume.name} larger, from {readable(volume.size_bytes)} to {readable(size_bytes)}.",
            noun="volume",
            size_bytes=size_bytes,
        )
    if offering != volume.offering:
        plans.note(
            "offering", f"Gives the volume {volume.name} the offering {_name(offering)}.", noun="volume"
        )
        _note_terms(volume, instance, offering)
    if instance is not None and instance.state == states.RUNNING and size_bytes != volume.size_bytes:
        plans.note(
            "guest",
            f"{instance.name} sees the larger disk at once; its partitions and file systems are yours to grow.",
        )


def _note_terms(volume: Volume, instance: Instance | None, offering: DiskOffering | None) -> None:
    before, after = (limits_of(one) if one else DiskLimits() for one in (volume.offering, offering))
    if instance is not None and before != after:
        is_now = instance.state == states.RUNNING and instance.host and can(instance.host, "TunesDisks")
        when = "at once" if is_now else f"when {instance.name} starts next"
        plans.note("limits", f"Its new limits for reads and writes hold {when}.", noun="volume")
    if offering is not None and offering.provisioning != volume.provisioning:
        plans.note(
            "provisioning",
            f"It stays {volume.provisioning}, as it was made; {offering.name} makes new volumes "
            f"{offering.provisioning}.",
            noun="volume",
        )


def _name(offering: DiskOffering | None) -> str | None:
    return offering.name if offering else None
