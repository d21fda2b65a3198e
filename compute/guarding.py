"""What each network card is held to, worked out from its addresses and its security groups."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, collapse_addresses, ip_network

from django.db.models import F

from compute.drivers.guards import MOST_RULES, Direction, GuardRule, NicGuard, Protocol
from compute.models import Nic, SecondaryAddress
from networking.models import SecurityGroup, SecurityGroupRule

DIRECTIONS: dict[str, Direction] = {SecurityGroupRule.INGRESS: "in", SecurityGroupRule.EGRESS: "out"}
PROTOCOLS: dict[str, Protocol] = {"all": "all", "tcp": "tcp", "udp": "udp", "icmp": "icmp"}


class TooManyRules(ValueError):
    """A NIC's groups come to more rules than a host is asked to keep for one NIC."""


def guard_of(nic: Nic) -> NicGuard:
    """What the NIC is held to. Raises TooManyRules."""
    secondary = nic.secondary_addresses.filter(is_leaving=False).select_related("address")
    first = [nic.address.ip] if nic.address else []
    return NicGuard(
        uuid=nic.uuid,
        mac=nic.mac,
        addresses=(*first, *(one.address.ip for one in secondary.order_by("address__number"))),
        cidr=nic.network.cidr,
        gateway=nic.network.gateway,
        rules=rules_of(nic) if nic.network.has_groups else None,
    )


def rules_of(nic: Nic) -> tuple[GuardRule, ...]:
    """The rules of all groups of the NIC, with groups as the addresses of their members. Raises TooManyRules."""
    rows = SecurityGroupRule.objects.filter(group__nics=nic).select_related("peer").order_by("id")
    return compiled([(rule, others_of(rule, nic.network.zone_id)) for rule in rows])


def compiled(rules: Sequence[tuple[SecurityGroupRule, Iterable[str]]]) -> tuple[GuardRule, ...]:
    """Each rule with the networks of its other side as few rules as they come to, in a fixed order."""
    kinds: dict[tuple[object, ...], set[IPv4Network]] = {}
    for rule, others in rules:
        key = (rule.direction, rule.protocol, *_numbers(rule))
        kinds.setdefault(key, set()).update(IPv4Network(ip_network(one)) for one in others)
    found = [
        _guard_rule(key, network)
        for key, networks in sorted(kinds.items(), key=lambda one: str(one[0]))
        for network in collapse_addresses(networks)
    ]
    if len(found) > MOST_RULES:
        raise TooManyRules(f"{len(found)} rules, of at most {MOST_RULES}")
    return tuple(found)


def others_of(rule: SecurityGroupRule, zone_id: int) -> list[str]:
    """The networks of the rule's other side: its own, or the addresses of the NICs in its peer in the zone."""
    return addresses_in(rule.peer, zone_id) if rule.peer else [rule.cidr]


def addresses_in(group: SecurityGroup, zone_id: int) -> list[str]:
    """Every address that a NIC in the group has in the zone.

    Subnets differ within a zone, where a router may join networks; in another zone the same address may be anybody's.
    """
    nics = Nic.objects.filter(groups=group, network__zone=zone_id).exclude(address=None)
    rows = SecondaryAddress.objects.filter(nic__groups=group, nic__network__zone=zone_id)
    return [*nics.values_list("address__ip", flat=True), *rows.values_list("address__ip", flat=True)]


def held_to(group: SecurityGroup) -> list[int]:
    """The keys of the NICs whose guard depends on the group: those in it, and those whose groups name it."""
    inside = Nic.objects.filter(groups=group).values_list("pk", flat=True)
    naming = Nic.objects.filter(groups__rules__peer=group).values_list("pk", flat=True)
    return sorted({*inside, *naming})


def demand_few_rules(group: SecurityGroup) -> None:
    """Returns where no NIC in the group has more rules than a host is asked to keep. Raises TooManyRules."""
    inside = Nic.objects.filter(groups=group, network__has_groups=True).values_list("pk", flat=True)
    groups: dict[tuple[int, int], set[int]] = {}
    for key, zone, one in Nic.objects.filter(pk__in=inside).values_list("pk", "network__zone", "groups"):
        groups.setdefault((key, zone), set()).add(one)
    # Most of them are in the same groups as others, and come to the same.
    kinds = {(zone, frozenset(ones)): key for (key, zone), ones in groups.items()}
    for nic in Nic.objects.filter(pk__in=kinds.values()).select_related("network"):
        rules_of(nic)


def mark(nics: Iterable[int]) -> int:
    """What the hosts know of these NICs is out of date; returns how many of them are on a host. Rows only."""
    rows = Nic.objects.filter(pk__in=list(nics), network__has_groups=True)
    rows.update(guard_wanted=F("guard_wanted") + 1)
    return rows.exclude(instance__host=None).count()


def _numbers(rule: SecurityGroupRule) -> tuple[int | None, ...]:
    return rule.first_port, rule.last_port, rule.icmp_type, rule.icmp_code


def _guard_rule(key: tuple[object, ...], network: IPv4Network) -> GuardRule:
    direction, protocol, first_port, last_port, icmp_type, icmp_code = key
    return GuardRule(
        direction=DIRECTIONS[str(direction)],
        protocol=PROTOCOLS[str(protocol)],
        cidr=str(network),
        first_port=first_port if isinstance(first_port, int) else None,
        last_port=last_port if isinstance(last_port, int) else None,
        icmp_type=icmp_type if isinstance(icmp_type, int) else None,
        icmp_code=icmp_code if isinstance(icmp_code, int) else None,
    )
