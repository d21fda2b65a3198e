"""What a rule of a security group may say."""

from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network
from uuid import UUID

from cloudportal.core.errors import InvalidInput
from networking.models import SecurityGroupRule

LAST_PORT = 65535
LAST_ICMP = 255


@dataclass(frozen=True, kw_only=True)
class NewRule:
    """Traffic that may begin: with `cidr`, or with the NICs in the group `peer` (a uuid). Ports are for TCP and UDP,
    type and code for ICMP; without them all of the protocol is meant.
    """

    direction: str
    protocol: str = "all"
    first_port: int | None = None
    last_port: int | None = None
    icmp_type: int | None = None
    icmp_code: int | None = None
    cidr: str = ""
    peer: UUID | str | None = None


def checked(rule: NewRule) -> dict[str, object]:
    """The columns of the rule, without its peer. Raises InvalidInput naming the field that is wrong."""
    _demand(rule.direction in SecurityGroupRule.DIRECTIONS, "direction", "Choose ingress or egress.")
    _demand(rule.protocol in SecurityGroupRule.PROTOCOLS, "protocol", "Choose all, tcp, udp or icmp.")
    _demand(bool(rule.cidr) != bool(rule.peer), "cidr", "Name either addresses or a group.")
    first, last = _ports(rule)
    _check_icmp(rule)
    return {
        "direction": rule.direction,
        "protocol": rule.protocol,
        "first_port": first,
        "last_port": last,
        "icmp_type": rule.icmp_type,
        "icmp_code": rule.icmp_code,
        "cidr": str(_network(rule.cidr)) if rule.cidr else "",
    }


def _ports(rule: NewRule) -> tuple[int | None, int | None]:
    first, last = rule.first_port, rule.last_port
    if first is None:
        _demand(last is None, "first_port", "Give the first port too.")
        return None, None
    _demand(rule.protocol in ("tcp", "udp"), "first_port", "Only tcp and udp have ports.")
    last = first if last is None else last
    _demand(0 <= first <= LAST_PORT, "first_port", f"A port is 0 to {LAST_PORT}.")
    _demand(first <= last <= LAST_PORT, "last_port", f"The last port is {first} to {LAST_PORT}.")
    return first, last


def _check_icmp(rule: NewRule) -> None:
    for field, number in (("icmp_type", rule.icmp_type), ("icmp_code", rule.icmp_code)):
        _demand(number is None or rule.protocol == "icmp", field, "Only icmp has types and codes.")
        _demand(number is None or 0 <= number <= LAST_ICMP, field, f"Use 0 to {LAST_ICMP}.")
    _demand(rule.icmp_code is None or rule.icmp_type is not None, "icmp_type", "A code needs its type.")


def _network(cidr: str) -> IPv4Network:
    if ":" in cidr:
        raise InvalidInput.of("cidr", "IPv6 is not let through at all. Write an IPv4 network.")
    try:
        found = ip_network(cidr.strip())
    except ValueError as error:
        raise InvalidInput.of("cidr", "Write a network such as 10.1.1.0/24, without host bits.") from error
    if not isinstance(found, IPv4Network):
        raise InvalidInput.of("cidr", "Write an IPv4 network.")
    return found


def _demand(is_right: bool, field: str, sentence: str) -> None:
    if not is_right:
        raise InvalidInput.of(field, sentence)
