"""Adding a network card to an instance and taking one out, whether it runs or not."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict
from cloudportal.jobs.models import Job
from compute import membership as members
from compute import nic_actions as actions
from compute.models import Instance, Nic
from compute.services.instances import wiring
from compute.services.nics.submitting import demand_changeable, submit
from networking import queries as networks
from networking.macs import check_mac
from networking.services import addresses


@dataclass(frozen=True, kw_only=True)
class NewNic:
    """A NIC as a caller wants it: in which network, and where that matters with which address and MAC."""

    network: UUID | str
    ip: str = ""
    mac: str = ""
    security_groups: tuple[UUID | str, ...] = ()


@transaction.atomic
def add(caller: Caller, instance: Instance, values: NewNic) -> tuple[Nic, Job]:
    """One more NIC with an address, and the job that plugs it in; without one the NIC is there at the next start.

    Raises NotFound for a network that is not the caller's to use, InvalidInput, Conflict for an address or MAC that is
    taken, WrongState, Busy, LimitReached, NoRoom.
    """
    actions.ADD.permit(caller)
    demand_changeable(instance, "add a network card")
    network = networks.network_for(caller, values.network)
    wiring.check_usable(network, instance.zone, instance.account, field="network")
    wiring.demand_room_for_nic(instance, network)
    mac = ""
    if values.mac:
        actions.CHOOSE_MAC.permit(caller)
        mac = check_mac(values.mac)
    groups = members.groups_for_networks(caller, instance.account, [network], values.security_groups)
    nic = wiring.make_nic(instance, network, mac=mac)
    members.join(nic, groups)
    if values.ip:
        wiring.permit_choice(caller)
    nic.address = addresses.take(
        caller, network, instance.account, held_by=nic.uuid, wanted_ip=values.ip or None
    )
    nic.save(update_fields=["address"])
    members.demand_few_rules(nic)
    members.members_changed(caller, groups)
    plans.note("nic", f"Plugs a network card for {network.name} into {instance.name}.", noun="nic")
    return nic, submit(caller, instance, "instance.add-nic", nic)


@transaction.atomic
def remove(caller: Caller, nic: Nic) -> Job:
    """The job that takes the NIC out of its instance and gives its addresses back.

    Raises Conflict for the default NIC, WrongState, Busy.
    """
    actions.REMOVE.permit(caller)
    instance = nic.instance
    demand_changeable(instance, "remove a network card")
    demand_spare(nic)
    ips = [one.ip for one in wiring.addresses_of(nic)]
    plans.note(
        "nic",
        f"Takes the network card of {nic.network.name} out of {instance.name} and gives {', '.join(ips)} back.",
        noun="nic",
    )
    return submit(caller, instance, "instance.remove-nic", nic)


def demand_spare(nic: Nic) -> None:
    """Returns where its instance does not lean on the NIC. Raises Conflict."""
    if nic.is_default:
        raise Conflict(
            f"{nic.mac} is the default network card of {nic.instance.name}. Make another one the default first."
        )
