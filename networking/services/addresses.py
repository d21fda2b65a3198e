"""IP addresses of networks: taken by one of many at once, released once."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from cloudportal.core import clock, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, NoRoom, WrongState
from cloudportal.events import meters, records
from cloudportal.events.records import About
from networking import states
from networking.models import Address, Network
from tenants.models import Account
from tenants.services import limits
from tenants.services.limits import Resource

# How many free addresses are looked at in one query; a taker that loses all of them to others looks again.
CANDIDATES = 16


@transaction.atomic
def take(
    caller: Caller, network: Network, account: Account, *, held_by: UUID, wanted_ip: str | None = None
) -> Address:
    """An address of the network for the account, counted in its limits and metered; nobody else has it.

    For services that make NICs, in their transaction. `held_by` is the NIC's uuid: asked again with the same one, it
    gives the same address. Prefers never used ones, then those released longest ago; an address rests for the
    network's `lease_seconds` after its release. Raises NoRoom, InvalidInput or Conflict for `wanted_ip`, LimitReached.
    """
    held = Address.objects.filter(network=network, held_by=held_by).first()
    if held is not None:
        return held
    if network.state != states.READY:
        raise WrongState(noun="network", state=network.state, action="take an address", needed=states.READY)
    limits.reserve(account, {Resource.ADDRESSES: 1})
    address = _taken(network, account, held_by, wanted_ip)
    owner = account.owner
    quantities = {"ip": address.ip, "network": network.name}
    meters.start(meters.ADDRESS, address, owner, quantities, zone_uuid=network.zone.uuid)
    records.record(caller, "NET.IPASSIGN", About.of(address, owner), after={"network": network.name})
    # Which one it will be is open until it happens, and would make every plan a new one.
    which = f"the IP address {address.ip}" if wanted_ip else "an IP address"
    plans.note("address", f"Takes {which} in the network {network.name}.", network=str(network.uuid))
    return address


@transaction.atomic
def hand_over(caller: Caller, address: Address, account: Account) -> None:
    """The address is the account's from now on, counted and metered there; whoever holds it goes on holding it.

    For services that move what holds it, in their transaction. Raises LimitReached.
    """
    before = address.account
    if before is None or not Address.objects.filter(pk=address.pk, account=before).update(account=account):
        raise Conflict(f"The IP address {address.ip} is not in use any more. Look again.")
    limits.transfer(before, account, {Resource.ADDRESSES: 1})
    meters.hand_over(meters.ADDRESS, address, account.owner)
    for owner in (before.owner, account.owner):
        records.record(caller, "NET.IPREASSIGN", About.of(address, owner), after={"account": account.name})
    address.account = account


@transaction.atomic
def release(caller: Caller, address: Address, *, held_by: UUID) -> None:
    """The address is free again, once: it is left alone when `held_by` has it no longer.

    Workflows use `network_work.record_address_released`. Do it last: see there.
    """
    about = free(address, held_by=held_by)
    if about is not None:
        records.record(caller, "NET.IPRELEASE", about)
        plans.note("address", f"Gives the IP address {address.ip} back.", ip=address.ip)


def free(address: Address, *, held_by: UUID) -> About | None:
    """The part of a release that every way to it shares: row, limits, meter. None when there was nothing to free."""
    # Locked, so that whoever takes it next cannot come between the look and the move; and alone, as a join would
    # lock the account's row too, which takers that wait for their turn at the counters need.
    rows = Address.objects.select_for_update()
    row = rows.filter(pk=address.pk, state=states.TAKEN, held_by=held_by).first()
    if row is None or row.account is None:
        return None
    account = row.account
    states.ADDRESS.move(row, "release", account=None, held_by=None, released_at=clock.now())
    limits.release(account, {Resource.ADDRESSES: 1})
    meters.stop(meters.ADDRESS, row, account.owner)
    return About.of(row, account.owner)


def rested(network: Network) -> Q:
    """Holds for addresses that no host can still believe to be their last owner's."""
    since = clock.now() - timedelta(seconds=network.lease_seconds)
    return Q(released_at=None) | Q(released_at__lte=since)


def _taken(network: Network, account: Account, held_by: UUID, wanted_ip: str | None) -> Address:
    if wanted_ip:
        return _take_wanted(network, account, held_by, wanted_ip)
    return _take_any(network, account, held_by)


def _take_wanted(network: Network, account: Account, held_by: UUID, wanted_ip: str) -> Address:
    rows = Address.objects.filter(network=network, ip=wanted_ip)
    address = rows.first()
    if address is None:
        raise InvalidInput.of(
            "ip", f"{wanted_ip} is not among the addresses that {network.name} gives out. Choose another."
        )
    if not rows.filter(rested(network), state=states.FREE).exists() or not _move(address, account, held_by):
        sentence = f"{wanted_ip} is in use, or was until a moment ago. Choose another address."
        raise Conflict(sentence, fields={"ip": [sentence]})
    return address


def _take_any(network: Network, account: Account, held_by: UUID) -> Address:
    free_rows = Address.objects.filter(rested(network), network=network, state=states.FREE)
    in_order = free_rows.order_by(F("released_at").asc(nulls_first=True), "number")
    # Ends: a round in which every candidate is lost to others leaves fewer free addresses than before.
    while candidates := list(in_order[:CANDIDATES]):
        for address in candidates:
            if _move(address, account, held_by):
                return address
    raise NoRoom(reason=f"Every IP address of {network.name} is in use or was until a moment ago.")


def _move(address: Address, account: Account, held_by: UUID) -> bool:
    try:
        states.ADDRESS.move(address, "take", account=account, held_by=held_by, taken_at=clock.now())
    except WrongState:
        return False
    return True
