"""A NIC's guard as a libvirt network filter (https://libvirt.org/formatnwfilter.html).

libvirt turns rules on frames into ebtables and rules on protocols into iptables that know connections. It writes them
when a guest starts, when the filter changes and when its daemon starts again. A filter of which it cannot write
everything leaves the one before in force.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Iterable
from uuid import UUID
from xml.etree.ElementTree import Element

from cloudportal.drivers.libvirtd import xml
from compute.drivers.guards import EVERYWHERE, LAST_PORT, NOBODY, GuardRule, NicGuard

PREFIX = "cp-"
# A rule on frames and one on connections for each of MOST_RULES, and the dozens that every guard has.
LIMIT_BYTES = 1024 * 1024
# Where clients let themselves be answered: from here up on Linux (net.ipv4.ip_local_port_range), higher elsewhere.
FIRST_CLIENT_PORT = 32768
ALL_HOSTS = "255.255.255.255"
# The request that QEMU sends for a guest that has moved, so that switches learn its new place.
RARP = "rarp"


def filter_name(nic_uuid: UUID) -> str:
    """libvirt's name for a NIC's filter, which must be unique on the host."""
    return f"{PREFIX}{nic_uuid}"


def nic_in(name: str) -> UUID | None:
    """The NIC of a filter of ours, None for another's."""
    try:
        return UUID(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
    except ValueError:
        return None


def content_digest(text: str) -> str:
    """A short text that is the same for the same rules in the same order, however libvirt sets them out."""
    rules = [
        [sorted(rule.attrib.items()), *([one.tag, sorted(one.attrib.items())] for one in rule)]
        for rule in xml.read(text).findall("rule")
    ]
    return hashlib.sha256(json.dumps(rules).encode()).hexdigest()[:32]


def filter_xml(guard: NicGuard) -> str:
    """The whole filter. Rules are tried from the lowest priority up, and the first that fits decides."""
    root = xml.element("filter", {"name": filter_name(guard.uuid), "chain": "root"})
    xml.child(root, "uuid", text=str(guard.uuid))
    _send_honestly(root, guard)
    if guard.rules is None:
        _rule(root, "accept", "in", -500, "mac", protocolid="ipv4")
    else:
        _receive_routed(root, guard, guard.rules)
    _rule(root, "accept", "in", -500, "mac", protocolid="arp")
    _rule(root, "drop", "inout", -400, "mac")
    if guard.rules is not None:
        _connections(root, guard.rules)
    return xml.write(root, limit_bytes=LIMIT_BYTES)


def _send_honestly(root: Element, guard: NicGuard) -> None:
    _rule(root, "drop", "out", -900, "mac", match="no", srcmacaddr=guard.mac)
    _rule(root, "drop", "out", -890, "ip", protocol="udp", srcportstart="67")
    client = {"protocol": "udp", "srcportstart": "68", "dstportstart": "67"}
    _rule(root, "accept", "out", -880, "ip", srcipaddr=NOBODY, dstipaddr=ALL_HOSTS, **client)
    for ip in guard.addresses:
        _rule(root, "accept", "out", -870, "ip", srcipaddr=ip)
        _rule(root, "accept", "out", -870, "arp", arpsrcmacaddr=guard.mac, arpsrcipaddr=ip)
    # Who asks whether an address is free has none yet (RFC 5227, section 1.1).
    _rule(root, "accept", "out", -870, "arp", arpsrcmacaddr=guard.mac, arpsrcipaddr=NOBODY)
    _rule(root, "accept", "out", -870, "mac", protocolid=RARP)


def _receive_routed(root: Element, guard: NicGuard, rules: tuple[GuardRule, ...]) -> None:
    """What the host itself sends or routes here never passes the rules on connections: those see only what goes from
    one port of the bridge to another. So it is held to the rules frame by frame, and what may be an answer passes.
    """
    _rule(root, "accept", "in", -700, "ip", protocol="udp", srcportstart="67", dstportstart="68")
    for rule in rules:
        if rule.direction == "in":
            _rule(root, "accept", "in", -690, "ip", **_other_side("src", rule), **_frame_ports(rule))
    _rule(root, "accept", "in", -690, "ip", protocol="icmp")
    for protocol in ("tcp", "udp"):
        ports = _ports(FIRST_CLIENT_PORT, LAST_PORT)
        _rule(root, "accept", "in", -690, "ip", protocol=protocol, **ports)
    _rule(root, "drop", "in", -680, "ip", srcipaddr=guard.gateway)
    network = ipaddress.ip_network(guard.cidr)
    source = {"srcipaddr": str(network.network_address), "srcipmask": str(network.prefixlen)}
    _rule(root, "accept", "in", -670, "ip", **source)


def _connections(root: Element, rules: Iterable[GuardRule]) -> None:
    for direction in ("in", "out"):
        _rule(root, "accept", direction, 400, "all", state="ESTABLISHED,RELATED")
    new = {"state": "NEW,ESTABLISHED"}
    _rule(root, "accept", "out", 450, "udp", srcportstart="68", dstportstart="67", **new)
    _rule(root, "accept", "in", 450, "udp", srcportstart="67", dstportstart="68", **new)
    for rule in rules:
        side = "src" if rule.direction == "in" else "dst"
        values = {**_other_side(side, rule), **_connection_values(rule), **new}
        _rule(root, "accept", rule.direction, 500, rule.protocol, **values)
    _rule(root, "drop", "inout", 1000, "all")


def _other_side(side: str, rule: GuardRule) -> dict[str, str]:
    if rule.cidr == EVERYWHERE:
        return {}
    network = ipaddress.ip_network(rule.cidr)
    return {f"{side}ipaddr": str(network.network_address), f"{side}ipmask": str(network.prefixlen)}


def _frame_ports(rule: GuardRule) -> dict[str, str]:
    if rule.protocol == "all":
        return {}
    return {"protocol": rule.protocol, **_ports(rule.first_port, rule.last_port)}


def _connection_values(rule: GuardRule) -> dict[str, str]:
    numbers = {"type": rule.icmp_type, "code": rule.icmp_code}
    icmp = {name: str(number) for name, number in numbers.items() if number is not None}
    return {**icmp, **_ports(rule.first_port, rule.last_port)}


def _ports(first: int | None, last: int | None) -> dict[str, str]:
    return {} if first is None else {"dstportstart": str(first), "dstportend": str(last)}


def _rule(root: Element, action: str, direction: str, priority: int, kind: str, **values: str) -> None:
    rule = xml.child(root, "rule", {"action": action, "direction": direction, "priority": str(priority)})
    xml.child(rule, kind, values)
