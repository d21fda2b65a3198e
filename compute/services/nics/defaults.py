"""Choosing the NIC that leads out."""

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import WrongState
from cloudportal.jobs.models import Job
from compute import nic_actions as actions
from compute.models import Instance, Nic
from compute.services.nics.submitting import demand_changeable, submit


@transaction.atomic
def make_default(caller: Caller, nic: Nic) -> Job:
    """The job after which this NIC leads out of its networks and names the name servers. Raises WrongState, Busy."""
    actions.MAKE_DEFAULT.permit(caller)
    instance = nic.instance
    demand_changeable(instance, "choose its default network card")
    if nic.is_default:
        raise WrongState(f"{nic.mac} is the default network card already, so there is nothing to do.")
    before = instance.nics.filter(is_default=True).values_list("uuid", flat=True).first()
    choose(instance, nic)
    plans.note(
        "nic",
        f"Lets {instance.name} out through {nic.network.name}. The guest reads of it only at its first start; change "
        "its routes inside where that has been.",
        noun="nic",
    )
    old = str(before) if before else None
    return submit(caller, instance, "instance.update-nic", nic, before={"default": old})


def choose(instance: Instance, nic: Nic) -> None:
    """The NIC is its instance's only default one. Rows only."""
    instance.nics.filter(is_default=True).exclude(pk=nic.pk).update(is_default=False)
    Nic.objects.filter(pk=nic.pk).update(is_default=True)
