"""Plugging and pulling the cable of a NIC."""

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import WrongState
from cloudportal.jobs.models import Job
from compute import nic_actions as actions
from compute.models import Nic
from compute.services.nics.submitting import demand_changeable, submit


@transaction.atomic
def connect(caller: Caller, nic: Nic) -> Job:
    """The job that plugs the cable in. Raises WrongState, Busy."""
    actions.CONNECT.permit(caller)
    return _switch(caller, nic, is_linked=True)


@transaction.atomic
def disconnect(caller: Caller, nic: Nic) -> Job:
    """The job that pulls the cable. Raises WrongState, Busy."""
    actions.DISCONNECT.permit(caller)
    return _switch(caller, nic, is_linked=False)


def _switch(caller: Caller, nic: Nic, *, is_linked: bool) -> Job:
    demand_changeable(nic.instance, "change its cables")
    if nic.is_linked == is_linked:
        where = "in" if is_linked else "out"
        raise WrongState(f"The cable of {nic.mac} is {where} already, so there is nothing to do.")
    Nic.objects.filter(pk=nic.pk).update(is_linked=is_linked)
    nic.is_linked = is_linked
    doing = "Plugs the cable into" if is_linked else "Pulls the cable of"
    plans.note("nic", f"{doing} the network card of {nic.network.name} in {nic.instance.name}.", noun="nic")
    return submit(caller, nic.instance, "instance.update-nic", nic, before={"is_linked": not is_linked})
