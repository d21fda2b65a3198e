"""Choosing the security groups of a network card."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict
from cloudportal.jobs.models import Job
from compute import guarding
from compute import nic_actions as actions
from compute.membership import chosen_groups, demand_few_rules, members_changed
from compute.models import Nic
from compute.services.nics.submitting import demand_changeable, submit


@transaction.atomic
def set_groups(caller: Caller, nic: Nic, uuids: Sequence[UUID | str]) -> Job:
    """The job after which the NIC is held to the rules of these groups and no others.

    Raises NotFound for a group that is not its owner's, InvalidInput, Conflict, WrongState, Busy.
    """
    actions.SET_GROUPS.permit(caller)
    demand_changeable(nic.instance, "choose its security groups")
    if not nic.network.has_groups:
        raise Conflict(f"The network {nic.network.name} has no security groups.")
    chosen = chosen_groups(caller, nic.instance.account, uuids)
    before = list(nic.groups.order_by("name"))
    nic.groups.set(chosen)
    demand_few_rules(nic)
    guarding.mark([nic.pk])
    members_changed(caller, {*before, *chosen})
    names = ", ".join(group.name for group in chosen)
    plans.note("nic", f"Holds the card of {nic.network.name} in {nic.instance.name} to {names}.", noun="nic")
    old = [str(group.uuid) for group in before]
    return submit(caller, nic.instance, "instance.update-nic", nic, before={"groups": old})
