"""What an instance counts for: its amounts in limits, and the states in which it counts."""

from collections.abc import Mapping
from datetime import datetime

from cloudportal.core import clock
from cloudportal.events import meters
from cloudportal.events.records import About
from compute import states
from compute.models import Instance
from tenants.models import Account
from tenants.resources import Resource
from tenants.services import limits

# An instance that failed to deploy or was destroyed has given its share back; its volume counts by itself.
COUNTED = (
    states.DEPLOYING,
    states.RUNNING,
    states.STARTING,
    states.STOPPING,
    states.REBOOTING,
    states.REINSTALLING,
    states.STOPPED,
    states.DESTROYING,
)


def amounts_of(cpus: int, memory_mib: int) -> Mapping[Resource, int]:
    """What an instance of this size takes of its owner's limits."""
    return {Resource.INSTANCES: 1, Resource.CPUS: cpus, Resource.MEMORY_MIB: memory_mib}


def reserve(account: Account, cpus: int, memory_mib: int) -> None:
    """Counts an instance of this size. Raises LimitReached, and WrongState for a locked or leaving account."""
    limits.reserve(account, amounts_of(cpus, memory_mib))


def release(instance: Instance) -> None:
    """Counts the instance no longer. Belongs behind the state move that takes it out of COUNTED."""
    limits.release(instance.account, amounts_of(instance.cpus, instance.memory_mib))


def start_allocated(instance: Instance) -> None:
    """From now on the instance is metered as one that exists."""
    _start(meters.ALLOCATED_INSTANCE, instance)


def start_running(instance: Instance) -> None:
    """From now on the instance is metered as one that runs."""
    _start(meters.RUNNING_INSTANCE, instance)


def is_metered_as_running(instance: Instance) -> bool:
    """True from the moment in which it ran until the one in which it was seen off."""
    return meters.is_running(meters.RUNNING_INSTANCE, instance.uuid)


def stop_running(instance: Instance) -> None:
    """From now on it is no longer; a meter that stands still is left alone."""
    meters.stop(meters.RUNNING_INSTANCE, instance, instance.account.owner)


def meter_anew(instance: Instance) -> None:
    """What is metered of the instance is metered by its present size from now on, without a gap."""
    for meter in (meters.ALLOCATED_INSTANCE, meters.RUNNING_INSTANCE):
        if meters.is_running(meter, instance.uuid):
            moment = clock.now()
            meters.stop(meter, instance, instance.account.owner, at=moment)
            _start(meter, instance, at=moment)


def stop_all(instance: Instance) -> None:
    """From now on nothing of the instance is metered but its volumes and addresses."""
    stop_running(instance)
    meters.stop(meters.ALLOCATED_INSTANCE, instance, instance.account.owner)


def about(instance: Instance) -> About:
    """The instance in events and alerts."""
    return About.of(instance, instance.account.owner)


def _start(meter: str, instance: Instance, *, at: datetime | None = None) -> None:
    quantities = {
        "cpus": instance.cpus,
        "cpu_mhz": instance.cpu_mhz,
        "memory_mib": instance.memory_mib,
        "offering": str(instance.offering.uuid),
        "offering_name": instance.offering.name,
        "template": str(instance.template.uuid) if instance.template else None,
    }
    owner = instance.account.owner
    meters.start(meter, instance, owner, quantities, zone_uuid=instance.zone.uuid, at=at)
