"""Which addresses a network gives out: more of its subnet, less of it, and single ones set aside."""

from dataclasses import dataclass

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict
from cloudportal.core.names import check_label
from cloudportal.events import records
from cloudportal.events.records import About
from networking import actions, states
from networking.models import Address, Network
from networking.ranges import range_of
from networking.services.addresses import rested


@dataclass(frozen=True, kw_only=True)
class AddressSpan:
    """The addresses from `first_ip` to `last_ip` of a network's subnet."""

    first_ip: str
    last_ip: str


@transaction.atomic
def add_range(caller: Caller, network: Network, values: AddressSpan) -> Network:
    """The network gives these addresses out too; those that it gives out already stay as they are.

    Raises InvalidInput for addresses outside of its subnet, Conflict where there is nothing new.
    """
    actions.ADD_RANGE.check(caller, network)
    wanted = range_of(network.cidr, network.gateway, values.first_ip, values.last_ip)
    # Locked, so that two that add the same addresses look one after the other.
    Network.objects.select_for_update().get(pk=network.pk)
    known = set(network.addresses.values_list("ip", flat=True))
    rows = [
        Address(network=network, ip=ip, number=number)
        for number, ip in zip(wanted.numbers, wanted.ips, strict=True)
        if ip not in known
    ]
    if not rows:
        raise Conflict(f"{network.name} gives all of these addresses out already.")
    Address.objects.bulk_create(rows, batch_size=500)
    after = {"first_ip": rows[0].ip, "last_ip": rows[-1].ip, "addresses": len(rows)}
    records.record(caller, "NETWORK.UPDATE", About.of(network), before={"addresses": len(known)}, after=after)
    plans.note("update", f"Lets {network.name} give out {len(rows)} more addresses.", count=len(rows))
    return network


@transaction.atomic
def remove_range(caller: Caller, network: Network, values: AddressSpan) -> Network:
    """The network gives none of these addresses out any more; whatever else it gives out stays.

    Raises InvalidInput for addresses outside of its subnet, Conflict where one is in use or there are none.
    """
    actions.REMOVE_RANGE.check(caller, network)
    wanted = range_of(network.cidr, network.gateway, values.first_ip, values.last_ip)
    within = network.addresses.filter(number__range=(int(wanted.first), int(wanted.last)))
    # Locked, so that whoever wants one of them waits, and then does not find it.
    rows = list(within.select_for_update().order_by("number"))
    if not rows:
        raise Conflict(f"{network.name} gives none of these addresses out.")
    _demand_idle(network, rows)
    within.delete()
    before = {"first_ip": rows[0].ip, "last_ip": rows[-1].ip, "addresses": len(rows)}
    records.record(caller, "NETWORK.UPDATE", About.of(network), before=before)
    plans.note("update", f"Lets {network.name} give out {len(rows)} addresses less.", count=len(rows))
    return network


@transaction.atomic
def reserve(caller: Caller, address: Address, *, note: str = "") -> Address:
    """The address is given to nobody; `note` says what has it. Raises InvalidInput, and WrongState while somebody of
    ours has it.
    """
    actions.RESERVE_ADDRESS.check(caller, address)
    said = check_label(note, field="note") if note.strip() else ""
    states.ADDRESS.move(address, "reserve", note=said)
    after = {"network": address.network.name, "note": said}
    records.record(caller, "IP.RESERVE", About.of(address), after=after)
    plans.note("address", f"Gives {address.ip} to nobody.", ip=address.ip)
    return address


@transaction.atomic
def unreserve(caller: Caller, address: Address) -> Address:
    """The address is given out again. Raises WrongState."""
    actions.UNRESERVE_ADDRESS.check(caller, address)
    states.ADDRESS.move(address, "unreserve", note="")
    records.record(caller, "IP.UNRESERVE", About.of(address), after={"network": address.network.name})
    plans.note("address", f"Gives {address.ip} out again.", ip=address.ip)
    return address


def _demand_idle(network: Network, rows: list[Address]) -> None:
    idle = network.addresses.filter(rested(network)).exclude(state=states.TAKEN)
    known = set(idle.values_list("pk", flat=True))
    in_use = [row for row in rows if row.pk not in known]
    if in_use:
        raise Conflict(
            f"{len(in_use)} of these addresses are in use, or were until a moment ago, such as {in_use[0]}. Leave them "
            "out, or expunge what has them first.",
            in_use=len(in_use),
        )
