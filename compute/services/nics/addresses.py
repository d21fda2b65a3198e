"""Secondary addresses of a NIC."""

from uuid import uuid4

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict
from cloudportal.jobs.models import Job
from compute import guarding
from compute import nic_actions as actions
from compute.membership import members_changed
from compute.models import Nic, SecondaryAddress
from compute.services.instances import wiring
from compute.services.nics.submitting import demand_changeable, submit
from networking.services import addresses

# As many as a small guest sets up without trouble; each also is a rule against spoofing on its host.
MOST_ADDRESSES = 32


@transaction.atomic
def add_address(caller: Caller, nic: Nic, *, ip: str = "") -> tuple[SecondaryAddress, Job]:
    """One more address for the NIC, and the job that lets it pass. The guest must set it up itself.

    Raises InvalidInput, Conflict for an address that is taken, WrongState, Busy, LimitReached, NoRoom.
    """
    actions.ADD_ADDRESS.permit(caller)
    instance = nic.instance
    demand_changeable(instance, "add an address")
    if SecondaryAddress.objects.filter(nic=nic).count() >= MOST_ADDRESSES:
        raise Conflict(f"A network card has at most {MOST_ADDRESSES} secondary addresses. Remove one first.")
    if ip:
        wiring.permit_choice(caller)
    # Its own uuid holds the address, so that each of them is taken and given back by itself.
    uuid = uuid4()
    address = addresses.take(caller, nic.network, instance.account, held_by=uuid, wanted_ip=ip or None)
    row = SecondaryAddress.objects.create(uuid=uuid, nic=nic, address=address)
    guarding.mark([nic.pk])
    members_changed(caller, nic.groups.select_related("account__domain"))
    plans.note(
        "nic",
        f"Lets the network card of {nic.network.name} in {instance.name} use one more address. The guest reads of it "
        "only at its first start; set it up inside where that has been.",
        noun="nic",
    )
    return row, submit(caller, instance, "instance.add-address", nic, address=str(uuid))


@transaction.atomic
def remove_address(caller: Caller, row: SecondaryAddress) -> Job:
    """The job after which the address is others' to have. Raises WrongState, Busy."""
    actions.REMOVE_ADDRESS.permit(caller)
    instance = row.nic.instance
    demand_changeable(instance, "remove an address")
    plans.note("nic", f"Takes {row.address.ip} from {instance.name}.", noun="nic", ip=row.address.ip)
    return submit(caller, instance, "instance.remove-address", row.nic, address=str(row.uuid))
