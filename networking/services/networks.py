"""Networks: created with their addresses, edited, deleted when nobody uses them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any
from uuid import UUID

from django.db import transaction

from cloudportal.core import names, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject, hold_of
from compute.topology import queries as topology
from compute.topology.driver_settings import sort_out
from compute.topology.models import Zone
from compute.topology.services.rows import change, given
from networking import actions, states, users
from networking.models import Address, Network
from networking.ranges import Range, range_of
from tenants import queries as tenants
from tenants.models import Account, Domain

LEAST_MTU = 576
MOST_MTU = 9216


@dataclass(frozen=True, kw_only=True)
class SharedNetworkValues:
    """A network for all accounts of a zone, or for those at and below one domain, or for one account.

    `first_ip` to `last_ip` are given out, by default the whole subnet. With `has_groups`, security groups hold the NICs
    in it to their rules.
    """

    zone_uuid: UUID | str
    name: str
    driver: str
    cidr: str
    gateway: str
    first_ip: str | None = None
    last_ip: str | None = None
    dns: tuple[str, ...] = ()
    mtu: int = 1500
    domain_name: str = ""
    has_groups: bool = False
    domain_uuid: UUID | str | None = None
    account_uuid: UUID | str | None = None
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NetworkChanges:
    """What may be changed about a network; None leaves it as it is. An empty `domain_name` is the zone's own."""

    name: str | None = None
    dns: tuple[str, ...] | None = None
    domain_name: str | None = None
    mtu: int | None = None


@transaction.atomic
def create_shared(caller: Caller, values: SharedNetworkValues) -> Network:
    """A shared network with a row for each address of its range; hosts get it with their first guest.

    Raises NotFound, InvalidInput, and Conflict where its subnet overlaps another network of the zone.
    """
    actions.CREATE_SHARED_NETWORK.permit(caller)
    zone = topology.zone_for(caller, values.zone_uuid)
    found = range_of(values.cidr, values.gateway, values.first_ip, values.last_ip)
    kept = sort_out("network", values.driver, "network", values.settings)
    name = names.check_label(values.name)
    _demand_no_overlap(zone, found)
    domain, account = _audience(caller, values)
    network = Network.objects.create(
        zone=zone,
        domain=domain,
        account=account,
        has_groups=values.has_groups,
        name=name,
        driver=values.driver,
        settings=kept.settings,
        secrets=kept.secrets,
        cidr=str(found.subnet),
        gateway=str(found.gateway),
        dns=_dns(values.dns),
        mtu=_mtu(values.mtu),
        domain_name=names.check_domain(values.domain_name),
    )
    count = _make_addresses(network, found)
    after = {"cidr": network.cidr, "zone": zone.name, "addresses": count}
    records.record(caller, "NETWORK.CREATE", About.of(network), after=after)
    plans.note("create", f"Creates the network {name} with {count} addresses in {zone.name}.", noun="network")
    return network


@transaction.atomic
def update(caller: Caller, network: Network, changes: NetworkChanges) -> Network:
    """The network with the changes, and where hosts must be told of them, the job that tells them. Raises InvalidInput,
    and Conflict while an earlier change is being told.
    """
    actions.UPDATE_NETWORK.check(caller, network)
    values: dict[str, Any] = {name: _CHECKS[name](value) for name, value in given(changes).items()}
    before, after = change(network, values)
    records.record(caller, "NETWORK.UPDATE", About.of(network), before=before, after=after)
    plans.note("update", f"Changes the network {network.name}.", before=before, after=after)
    if _TOLD.intersection(after) and network.placements.exists():
        _note_hosts(network)
        jobs.submit(caller, "network.update", Subject.of(network), holds=[hold_of(network)])
    return network


@transaction.atomic
def delete(caller: Caller, network: Network) -> Job:
    """The job that takes the network from all hosts and forgets it. Raises Conflict while an address is taken."""
    actions.DELETE_NETWORK.check(caller, network)
    # First, so that nobody can take an address between the look and the move.
    states.NETWORK.move(network, "delete")
    demand_unused(network)
    plans.note("delete", f"Deletes the network {network.name} and all of its addresses.", noun="network")
    return jobs.submit(caller, "network.delete", Subject.of(network), holds=[hold_of(network)])


def demand_unused(network: Network) -> None:
    """Returns while nobody has an address of the network. Raises Conflict."""
    taken = network.addresses.filter(state=states.TAKEN).count()
    if taken:
        raise Conflict(
            f"{taken} addresses of {network.name} are in use. Expunge the instances that have them first.",
            taken=taken,
        )


def _note_hosts(network: Network) -> None:
    """Says where the network lies, how many instances run on it there, and when they see the change."""
    counts = users.running_on(network)
    for placement in network.placements.select_related("host").order_by("host__name"):
        count, host = counts.get(placement.host_id, 0), placement.host
        there = (
            f"{count} running {'instance is' if count == 1 else 'instances are'} on it"
            if count
            else ("no running instance is on it")
        )
        plans.note("host", f"Lays it anew on {host.name}, where {there}.", host=str(host.uuid), count=count)
    if counts:
        plans.note(
            "host",
            "Instances are not cut off. Where a host can change it under them, they see the change when they renew "
            "their DHCP lease; otherwise it comes into force there when the last of them has stopped or left, and "
            "they see it when they start again.",
        )


def _audience(caller: Caller, values: SharedNetworkValues) -> tuple[Domain | None, Account | None]:
    """For whom the network is: a domain, an account, or neither for everybody. Raises NotFound, InvalidInput."""
    if values.domain_uuid and values.account_uuid:
        raise InvalidInput.of("domain_uuid", "Name either a domain or an account, or neither for everybody.")
    domain = tenants.domain_for(caller, values.domain_uuid) if values.domain_uuid else None
    account = tenants.account_for(caller, values.account_uuid) if values.account_uuid else None
    return domain, account


def _demand_no_overlap(zone: Zone, wanted: Range) -> None:
    # The zone's row is locked, so that two creations look one after the other.
    Zone.objects.select_for_update().get(pk=zone.pk)
    for name, cidr in Network.objects.filter(zone=zone).values_list("name", "cidr"):
        if ip_network(cidr).overlaps(wanted.subnet):
            sentence = f"{wanted.subnet} overlaps {cidr} of the network {name}. Choose another subnet."
            raise Conflict(sentence, fields={"cidr": [sentence]})


def _make_addresses(network: Network, wanted: Range) -> int:
    rows = [Address(network=network, ip=str(IPv4Address(one)), number=one) for one in wanted.numbers]
    Address.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def _dns(servers: Iterable[str]) -> list[str]:
    try:
        return [str(ip_address(one.strip())) for one in servers]
    except ValueError as error:
        raise InvalidInput.of("dns", "Write the name servers as IP addresses, such as 9.9.9.9.") from error


def _mtu(mtu: int) -> int:
    if not LEAST_MTU <= mtu <= MOST_MTU:
        raise InvalidInput.of("mtu", f"Use {LEAST_MTU} to {MOST_MTU}.")
    return mtu


# What hosts are told of at once; a network's name reaches them with the next guest there.
_TOLD = frozenset({"dns", "domain_name", "mtu"})
_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "name": names.check_label,
    "dns": _dns,
    "domain_name": names.check_domain,
    "mtu": _mtu,
}
