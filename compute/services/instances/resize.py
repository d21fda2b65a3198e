"""Giving instances another size: a stopped one any, a running one more of what it has, where its host can do that."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, NoRoom, WrongState
from cloudportal.jobs.models import Job
from compute import actions, queries, states
from compute.models import Instance, ServiceOffering
from compute.placement.request import free_cpus, free_memory_mib
from compute.promises import limits_of
from compute.services import volume_rules
from compute.services.instances import growth
from compute.services.instances.holding import lock
from compute.services.instances.power import submit
from compute.services.sizing import Size, Wanted, size_of
from compute.topology.abilities import memory_step_mib
from compute.topology.models import Host
from compute.topology.services.offered import demand_open
from storage.models import Volume


@dataclass(frozen=True, kw_only=True)
class ResizeValues:
    """The size that an instance is to have: an offering's uuid, and amounts where the offering leaves them open."""

    offering: UUID | str
    cpus: int | None = None
    cpu_mhz: int | None = None
    memory_mib: int | None = None


@transaction.atomic
def resize(caller: Caller, instance: Instance, values: ResizeValues) -> Job:
    """The job that gives the instance the offering's size. A running one goes on running, and gets more at once.

    Its disk stays where it lies, whatever storage the offering asks for. Raises NotFound, InvalidInput, LimitReached,
    Busy, Conflict while it has snapshots with memory, and where the instance must be stopped first WrongState, or
    NoRoom for want of room on its host.
    """
    actions.RESIZE.check(caller, instance)
    lock(instance)
    actions.RESIZE.check(caller, instance)
    offering, size = _wanted(caller, instance, values)
    volume_rules.demand_changeable(instance, "give another size")
    if instance.state == states.RUNNING:
        _demand_growth(instance, offering, size)
    plans.note(
        "resize",
        f"Gives the instance {instance.name} {size.words} instead of {Size.now(instance).words}.",
        noun="instance",
        **vars(size),
    )
    if _limits_root(instance, offering):
        plans.note(
            "limits",
            f"Its root disk is held to the reads and writes of {offering.name} from its next start.",
            noun="volume",
        )
    growth.reserve(instance, size)
    kind = growth.GROW if instance.state == states.RUNNING else growth.RESIZE
    return submit(caller, instance, kind, "VM.UPGRADE", offering=str(offering.uuid), **vars(size))


def prepare_again(instance: Instance, offering: ServiceOffering, size: Size, *, state: str) -> None:
    """The rows of a resizing that failed as they were before it. Raises as `resize` does where it cannot be now."""
    lock(instance)
    if instance.state != state:
        raise WrongState(noun="instance", state=instance.state, action="resize it again", needed=state)
    demand_open(offering, instance.account.domain, instance.zone)
    _demand_memory(instance, offering, size)
    volume_rules.demand_changeable(instance, "give another size")
    if state == states.RUNNING:
        _demand_growth(instance, offering, size)
    growth.reserve(instance, size)


def _wanted(caller: Caller, instance: Instance, values: ResizeValues) -> tuple[ServiceOffering, Size]:
    offering = queries.offering_for(caller, values.offering)
    demand_open(offering, instance.account.domain, instance.zone)
    wanted = Wanted(cpus=values.cpus, cpu_mhz=values.cpu_mhz, memory_mib=values.memory_mib)
    size = size_of(offering, wanted)
    if offering.pk == instance.offering_id and size == Size.now(instance):
        raise InvalidInput.of("offering", f"{instance.name} is of this size already.")
    _demand_memory(instance, offering, size)
    return offering, size


def _demand_memory(instance: Instance, offering: ServiceOffering, size: Size) -> None:
    template = instance.template
    if template is not None and size.memory_mib < template.minimum_memory_mib:
        raise InvalidInput.of(
            "offering" if offering.memory_mib else "memory_mib",
            f"{template.name} needs {template.minimum_memory_mib} MiB of memory and this is {size.memory_mib}. "
            "Choose more.",
        )


def _demand_growth(instance: Instance, offering: ServiceOffering, size: Size) -> None:
    """Returns where the running instance can be given what it has less of. Each refusal says what would help."""
    host = Host.objects.select_related("cluster").filter(instances=instance).first()
    step_mib = memory_step_mib(host) if host else 0
    more = size.beyond(Size.now(instance))
    if host is None or not step_mib:
        raise _must_stop(instance, "Instances on this kind of host cannot be resized while they run.")
    if size.cpus < instance.cpus or size.memory_mib < instance.memory_mib:
        raise _must_stop(instance, "A running instance gives neither CPUs nor memory back.")
    most_cpus = max(instance.most_cpus, instance.cpus)
    most_memory_mib = max(instance.most_memory_mib, instance.memory_mib)
    if size.cpus > most_cpus or size.memory_mib > most_memory_mib:
        raise _must_stop(
            instance, f"As it was started, it can grow to {most_cpus} CPUs and {most_memory_mib} MiB."
        )
    if more.memory_mib % step_mib:
        raise _must_stop(instance, f"A running instance is given memory in steps of {step_mib} MiB.")
    if _caps(offering, size) != _caps(instance, Size.now(instance)):
        raise _must_stop(instance, f"The size {offering.name} has other caps, which are set as it starts.")
    if _limits_root(instance, offering):
        raise _must_stop(
            instance,
            f"The size {offering.name} has other limits for the root disk, which are set as it starts.",
        )
    if set(offering.host_tags) - set(host.tags):
        raise _must_stop(instance, f"The size {offering.name} is for another kind of host.")
    if more.cpus > free_cpus(host) or more.memory_mib > free_memory_mib(host):
        raise NoRoom(reason="Its host has not that much left. Stop it first; it may then start on another.")


def _caps(thing: Instance | ServiceOffering, size: Size) -> tuple[int | None, int | None]:
    """What its CPUs and its network are kept to; None for no cap."""
    return (size.cpu_mhz if thing.is_cpu_capped else None), thing.network_rate_mbits


def _limits_root(instance: Instance, offering: ServiceOffering) -> bool:
    """True where its root disk is held to its size, and the offering holds it to something else."""
    roots = Volume.objects.filter(attachment__instance=instance, kind=Volume.ROOT, offering=None)
    return limits_of(offering) != limits_of(instance.offering) and roots.exists()


def _must_stop(instance: Instance, why: str) -> WrongState:
    return WrongState(
        f"{why} Stop {instance.name} first, then resize it.",
        state=instance.state,
        needed=states.STOPPED,
    )
