"""What every change of a NIC has in common: when it may be made, and the job that makes it."""

from cloudportal.core.caller import Caller
from cloudportal.core.errors import WrongState
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject
from compute import states
from compute.models import Instance, Nic
from compute.services.instances.holding import demand_free, held_with
from compute.topology.abilities import can

# Elsewhere its guest is being made or removed, or is gone.
CHANGEABLE = (states.RUNNING, states.STOPPED)


def demand_changeable(instance: Instance, doing: str) -> None:
    """Returns where the instance's NICs may be changed now. Raises WrongState, and Busy while a job has it."""
    demand_able(instance, doing)
    demand_free(instance)


def demand_able(instance: Instance, doing: str) -> None:
    """As demand_changeable, for a job that has the instance already."""
    # Locked, so that two changes look one after the other, and the second sees what the first holds.
    state = Instance.objects.select_for_update().values_list("state", flat=True).get(pk=instance.pk)
    if state not in CHANGEABLE:
        raise WrongState(noun="instance", state=state, action=doing, needed=" or ".join(CHANGEABLE))
    if instance.host is not None and not can(instance.host, "PlugsNics"):
        raise WrongState(
            f"The host of {instance.name} cannot change network cards of an instance that is on it. "
            "Stop the instance first.",
        )


def submit(caller: Caller, instance: Instance, kind: str, nic: Nic, **arguments: object) -> Job:
    """The job of this kind that has the instance to itself, and the event that says that it is wanted."""
    job = jobs.submit(
        caller,
        kind,
        Subject.of(instance),
        {"nic": str(nic.uuid), **arguments},
        owner=instance.account.owner,
        holds=held_with(instance),
    )
    records.record(
        caller,
        records.type_of(kind),
        about(nic),
        after={"instance": instance.name, "network": nic.network.name},
        stage="started",
        job_uuid=job.uuid,
    )
    return job


def about(nic: Nic) -> About:
    """The NIC in events."""
    return About.of(nic, nic.instance.account.owner)
