"""What a guard lets pass, against libvirt's filter for it read rule by rule, and against what the rules mean."""

from ipaddress import ip_address, ip_network
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudportal.drivers.errors import InvalidSpec
from cloudportal.drivers.libvirtd import xml
from compute.drivers.guards import NOBODY, GuardRule, NicGuard, Packet, lets_pass
from compute.drivers.kvm.filters import filter_xml

MAC, OTHER = "02:00:00:00:00:01", "02:00:00:00:00:02"
OWN, SECOND, NEIGHBOUR, GATEWAY = "10.0.0.5", "10.0.0.6", "10.0.0.9", "10.0.0.1"
NUMBERS = (0, 22, 67, 68, 80, 443, 40000, 65535)
IPS = (OWN, SECOND, NEIGHBOUR, "10.0.0.77")


def guard(rules=None, **values):
    known = {"addresses": (OWN, SECOND), "cidr": "10.0.0.0/24", "gateway": GATEWAY, **values}
    return NicGuard(uuid=UUID(int=7), mac=MAC, rules=rules, **known)


@st.composite
def guard_rules(draw):
    protocol = draw(st.sampled_from(("all", "tcp", "udp", "icmp")))
    values = {}
    if protocol in ("tcp", "udp") and draw(st.booleans()):
        ports = draw(st.lists(st.sampled_from(NUMBERS), min_size=2, max_size=2))
        values["first_port"], values["last_port"] = sorted(ports)
    if protocol == "icmp" and draw(st.booleans()):
        values["icmp_type"] = draw(st.sampled_from((0, 3, 8)))
        values["icmp_code"] = draw(st.sampled_from((None, 0, 1)))
    cidr = draw(st.sampled_from(("0.0.0.0/0", "10.0.0.0/24", f"{NEIGHBOUR}/32", "10.0.0.64/26")))
    return GuardRule(direction=draw(st.sampled_from(("in", "out"))), protocol=protocol, cidr=cidr, **values)


@st.composite
def packets(draw):
    direction = draw(st.sampled_from(("in", "out")))
    own = draw(st.sampled_from(IPS))
    other = draw(st.sampled_from((NEIGHBOUR, "10.0.0.77")))
    source, destination = (own, other) if direction == "out" else (other, OWN)
    return Packet(
        direction=direction,
        source_mac=draw(st.sampled_from((MAC, OTHER))),
        source_ip=source,
        destination_ip=destination,
        protocol=draw(st.sampled_from(("tcp", "udp", "icmp"))),
        source_port=draw(st.sampled_from(NUMBERS)),
        destination_port=draw(st.sampled_from(NUMBERS)),
        icmp_type=draw(st.sampled_from((0, 3, 8))),
        icmp_code=draw(st.sampled_from((0, 1))),
        is_answer=draw(st.booleans()),
    )


def in_order(text):
    return sorted(xml.read(text).findall("rule"), key=lambda rule: int(rule.get("priority")))


def passes_filter(text, packet):
    """What libvirt makes of the filter for a packet between guests of one bridge: frames first, connections then."""
    rules = in_order(text)
    frames = [rule for rule in rules if rule[0].tag in ("mac", "ip")]
    connections = [rule for rule in rules if rule[0].tag in ("all", "tcp", "udp", "icmp")]
    return decided(frames, packet, frame_fits) and decided(connections, packet, connection_fits)


def decided(rules, packet, fits):
    for rule in rules:
        if rule.get("direction") in (packet.direction, "inout") and fits(rule[0], packet):
            return rule.get("action") == "accept"
    return True


def side_fits(element, side, ip):
    address = element.get(f"{side}ipaddr")
    return address is None or ip_address(ip) in ip_network(f"{address}/{element.get(f'{side}ipmask', '32')}")


def ports_fit(element, packet):
    for side, port in (("src", packet.source_port), ("dst", packet.destination_port)):
        first = element.get(f"{side}portstart")
        last = element.get(f"{side}portend", first)
        if first is not None and not int(first) <= port <= int(last):
            return False
    return True


def frame_fits(element, packet):
    if element.tag == "mac":
        mac = element.get("srcmacaddr")
        is_ipv4 = element.get("protocolid") in (None, "ipv4")
        is_mac = mac is None or (packet.source_mac == mac) != (element.get("match") == "no")
        return is_ipv4 and is_mac
    protocol = element.get("protocol")
    sides = side_fits(element, "src", packet.source_ip) and side_fits(element, "dst", packet.destination_ip)
    return sides and protocol in (None, packet.protocol) and ports_fit(element, packet)


def connection_fits(element, packet):
    if packet.is_answer and "ESTABLISHED" not in element.get("state", "ESTABLISHED"):
        return False
    if not packet.is_answer and "NEW" not in element.get("state", "NEW"):
        return False
    sides = side_fits(element, "src", packet.source_ip) and side_fits(element, "dst", packet.destination_ip)
    numbers = (("type", packet.icmp_type), ("code", packet.icmp_code))
    icmp = all(element.get(name) in (None, str(number)) for name, number in numbers)
    return sides and element.tag in ("all", packet.protocol) and ports_fit(element, packet) and icmp


@settings(max_examples=300, deadline=None)
@given(rules=st.none() | st.lists(guard_rules(), max_size=5).map(tuple), packet=packets())
def test_the_filter_does_what_the_guard_says(rules, packet):
    held = guard(rules)
    assert passes_filter(filter_xml(held), packet) == lets_pass(held, packet)


@pytest.mark.parametrize("rules", [None, (GuardRule(direction="out"),)])
@pytest.mark.parametrize(
    ("values", "is_let"),
    [
        ({}, True),
        ({"source_ip": SECOND}, True),
        ({"source_ip": NEIGHBOUR}, False),
        ({"source_mac": OTHER}, False),
        ({"protocol": "udp", "source_port": 67, "destination_port": 68}, False),
        ({"protocol": "udp", "source_port": 68, "destination_port": 67, "source_ip": NOBODY}, True),
        ({"source_ip": NOBODY}, False),
        ({"source_ip": NEIGHBOUR, "is_answer": True}, False),
    ],
)
def test_a_guest_speaks_only_for_itself(rules, values, is_let):
    known = {"source_mac": MAC, "source_ip": OWN, "destination_ip": "255.255.255.255", **values}
    packet = Packet(direction="out", **known)
    assert lets_pass(guard(rules), packet) == is_let
    assert passes_filter(filter_xml(guard(rules)), packet) == is_let


def test_arp_is_answered_only_for_what_the_guest_has():
    root = xml.read(filter_xml(guard()))
    allowed = [rule for rule in root.findall("rule") if rule[0].tag == "arp"]
    assert {rule[0].get("arpsrcipaddr") for rule in allowed} == {OWN, SECOND, NOBODY}
    assert {rule[0].get("arpsrcmacaddr") for rule in allowed} == {MAC}


def test_nothing_but_ipv4_arp_and_the_announcement_of_a_move_passes():
    root = xml.read(filter_xml(guard()))
    known = {rule[0].get("protocolid") for rule in root.findall("rule") if rule.get("action") == "accept"}
    assert known == {None, "ipv4", "arp", "rarp"}
    last = max((r for r in root.findall("rule") if r[0].tag == "mac"), key=lambda r: int(r.get("priority")))
    assert (last.get("action"), last.get("direction"), dict(last[0].attrib)) == ("drop", "inout", {})


def routed(**values):
    known = {"source_mac": OTHER, "source_ip": "192.0.2.7", "destination_ip": OWN, **values}
    return Packet(direction="in", **known)


@pytest.mark.parametrize(
    ("packet", "is_let"),
    [
        (routed(destination_port=80), True),
        (routed(destination_port=22), False),
        (routed(destination_port=22, source_ip=GATEWAY), False),
        (routed(destination_port=45000), True),
        (routed(protocol="icmp"), True),
        (routed(protocol="udp", source_port=67, destination_port=68, source_ip=GATEWAY), True),
    ],
)
def test_what_the_host_routes_is_held_to_the_rules_frame_by_frame(packet, is_let):
    held = guard((GuardRule(direction="in", protocol="tcp", first_port=80, last_port=80),))
    rules = in_order(filter_xml(held))
    frames = [rule for rule in rules if rule[0].tag in ("mac", "ip")]
    assert decided(frames, packet, frame_fits) == is_let


@pytest.mark.parametrize(
    "values",
    [
        {"cidr": "10.0.0.0/24'/><rule"},
        {"cidr": "10.0.0.1/24"},
        {"cidr": "::/0"},
        {"protocol": "sctp"},
        {"direction": "both"},
        {"protocol": "tcp", "first_port": 80},
        {"protocol": "tcp", "first_port": 90, "last_port": 80},
        {"protocol": "tcp", "first_port": 0, "last_port": 65536},
        {"first_port": 1, "last_port": 2},
        {"protocol": "icmp", "icmp_type": 256},
        {"protocol": "icmp", "icmp_code": 1},
        {"protocol": "tcp", "icmp_type": 8},
    ],
)
def test_an_odd_rule_cannot_be_made(values):
    with pytest.raises(InvalidSpec):
        GuardRule(**{"direction": "in", **values})


@pytest.mark.parametrize(
    "values", [{"addresses": ("10.0.0.5' x='",)}, {"cidr": "x"}, {"gateway": "</filter>"}]
)
def test_an_odd_guard_cannot_be_made(values):
    with pytest.raises(InvalidSpec):
        guard(**values)
