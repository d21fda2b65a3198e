"""A network's XML asks for a bridge that no firewall is touched for, and is read back as it was written."""

import uuid

import pytest

from cloudportal.drivers.errors import Unsupported
from cloudportal.drivers.libvirtd import xml
from networking.drivers.contract import NetworkSpec, ReservationSpec
from networking.drivers.libvirt_network.definition import Definition, bridge_name, network_xml

RESERVATIONS = (
    ReservationSpec(mac="52:54:00:00:00:01", ip="10.1.1.5", hostname="web"),
    ReservationSpec(mac="52:54:00:00:00:02", ip="10.1.1.10", hostname="db"),
)


def network(**changes):
    values = {
        "uuid": uuid.uuid4(),
        "name": 'shared <one> & "all"',
        "cidr": "10.1.1.0/24",
        "gateway": "10.1.1.1",
        "nameservers": ("192.0.2.53",),
        "domain_name": "example.test",
        "mtu": 1450,
    }
    return NetworkSpec(**{**values, **changes})


def test_what_was_asked_for_is_read_back():
    spec = network()
    definition = Definition.read(network_xml(spec, RESERVATIONS, 10))

    facts = definition.facts(is_active=True, lease_minutes=10)

    assert (facts.uuid, facts.name, facts.cidr, facts.gateway, facts.mtu, facts.lease_seconds) == (
        spec.uuid,
        spec.name,
        spec.cidr,
        spec.gateway,
        1450,
        600,
    )
    assert definition.reservations() == RESERVATIONS
    assert definition.is_ours


def test_the_bridge_forwards_at_once_and_no_firewall_is_touched():
    root = xml.read(network_xml(network(), (), 10))

    assert xml.attribute(root, "forward", "mode") == "open"
    assert xml.attribute(root, "bridge", "stp") == "off"
    assert xml.attribute(root, "bridge", "delay") == "0"


def test_no_address_is_given_to_a_stranger():
    root = xml.read(network_xml(network(), RESERVATIONS, 10))

    assert root.find("ip/dhcp") is not None
    assert root.find("ip/dhcp/range") is None


def test_a_network_may_leave_addresses_to_somebody_else():
    root = xml.read(network_xml(network(serves_dhcp=False), (), 10))

    assert root.find("ip/dhcp") is None


def test_a_bridges_name_fits_into_the_kernels_limit():
    assert len(bridge_name(uuid.uuid4())) <= 15


def test_a_network_of_somebody_elses_is_not_ours():
    assert not Definition.read("<network><name>default</name></network>").is_ours


def test_addresses_of_the_new_kind_are_not_supported_yet():
    with pytest.raises(Unsupported):
        network_xml(network(cidr="2001:db8::/64", gateway="2001:db8::1"), (), 10)
