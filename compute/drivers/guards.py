"""What a host lets through a network card, as the portal wants it: plain values, and what they mean for one packet."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from dataclasses import asdict, dataclass
from typing import Literal
from uuid import UUID

from cloudportal.drivers.values import demand, demand_ip, demand_mac, network_of

Direction = Literal["in", "out"]
Protocol = Literal["all", "tcp", "udp", "icmp"]

EVERYWHERE = "0.0.0.0/0"
# Who has no address yet speaks under this one.
NOBODY = str(ipaddress.IPv4Address(0))
MOST_RULES = 1000
LAST_PORT = 65535
LAST_ICMP = 255


@dataclass(frozen=True, kw_only=True)
class GuardRule:
    """One kind of traffic that may begin. Direction is seen from the guest; `cidr` is the other side.

    Ports are those of the receiver, for TCP and UDP; an ICMP type or code of None is any.
    """

    direction: Direction
    protocol: Protocol = "all"
    cidr: str = EVERYWHERE
    first_port: int | None = None
    last_port: int | None = None
    icmp_type: int | None = None
    icmp_code: int | None = None

    def __post_init__(self) -> None:
        demand(self.direction in ("in", "out"), "a rule is for traffic in or out")
        demand(self.protocol in ("all", "tcp", "udp", "icmp"), "a rule's protocol is all, tcp, udp or icmp")
        demand(network_of(self.cidr).version == 4, "a rule's other side is an IPv4 network")
        first, last = self.first_port, self.last_port
        demand((first is None) == (last is None), "a rule has two ports or none")
        if first is not None and last is not None:
            demand(self.protocol in ("tcp", "udp"), "only TCP and UDP have ports")
            demand(0 <= first <= last <= LAST_PORT, "a rule's ports are 0 to 65535, the lower one first")
        for number in (self.icmp_type, self.icmp_code):
            demand(number is None or self.protocol == "icmp", "only ICMP has types and codes")
            demand(number is None or 0 <= number <= LAST_ICMP, "an ICMP type or code is 0 to 255")
        demand(self.icmp_code is None or self.icmp_type is not None, "an ICMP code needs a type")


@dataclass(frozen=True, kw_only=True)
class NicGuard:
    """What one NIC may send and receive.

    It always sends under its own MAC and addresses only, answers ARP for no others, and serves no DHCP; IPv6 and all
    else that is neither IPv4 nor ARP is dropped. Without `rules` any IPv4 traffic beside that passes. With rules,
    connections begin only where one allows it, and their answers pass.
    """

    uuid: UUID
    mac: str
    addresses: tuple[str, ...]
    cidr: str
    gateway: str
    rules: tuple[GuardRule, ...] | None = None

    def __post_init__(self) -> None:
        demand_mac(self.mac)
        demand_ip(self.gateway, "a gateway")
        demand(network_of(self.cidr).version == 4, "a guarded network is an IPv4 network")
        for ip in self.addresses:
            demand_ip(ip)
        demand(len(self.rules or ()) <= MOST_RULES, f"a NIC has at most {MOST_RULES} rules")

    def digest(self) -> str:
        """A short text that is the same for the same guard and differs for any other."""
        text = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class Packet:
    """A packet at a NIC. `direction` is seen from the guest; `is_answer` where it belongs to a connection that began
    before. Ports are those of source and destination.
    """

    direction: Direction
    source_mac: str
    source_ip: str
    destination_ip: str
    protocol: Protocol = "tcp"
    source_port: int = 0
    destination_port: int = 0
    icmp_type: int = 8
    icmp_code: int = 0
    is_answer: bool = False


def lets_pass(guard: NicGuard, packet: Packet) -> bool:
    """Whether a host with this guard forwards the packet between two NICs of its network."""
    if packet.direction == "out" and not _is_honest(guard, packet):
        return False
    if guard.rules is None or packet.is_answer or _is_dhcp(packet):
        return True
    return any(allows(rule, packet) for rule in guard.rules)


def allows(rule: GuardRule, packet: Packet) -> bool:
    """Whether the rule lets a connection begin with this packet."""
    other = packet.source_ip if packet.direction == "in" else packet.destination_ip
    if rule.direction != packet.direction or ipaddress.ip_address(other) not in network_of(rule.cidr):
        return False
    if rule.protocol == "all":
        return True
    if rule.protocol != packet.protocol:
        return False
    if rule.protocol == "icmp":
        pairs = ((rule.icmp_type, packet.icmp_type), (rule.icmp_code, packet.icmp_code))
        return all(wanted in (None, seen) for wanted, seen in pairs)
    if rule.first_port is None or rule.last_port is None:
        return True
    return rule.first_port <= packet.destination_port <= rule.last_port


def _is_honest(guard: NicGuard, packet: Packet) -> bool:
    if packet.source_mac != guard.mac or (packet.protocol == "udp" and packet.source_port == 67):
        return False
    return packet.source_ip in guard.addresses or (_is_dhcp(packet) and packet.source_ip == NOBODY)


def _is_dhcp(packet: Packet) -> bool:
    """RFC 2131, section 4.1: a client asks from port 68 and is answered there from port 67."""
    ports = (packet.source_port, packet.destination_port)
    return packet.protocol == "udp" and ports == ((68, 67) if packet.direction == "out" else (67, 68))
