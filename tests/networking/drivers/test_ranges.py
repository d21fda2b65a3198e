"""Only addresses that a NIC can use are given to one."""

import uuid

import pytest

from cloudportal.drivers.errors import InvalidSpec, Refused
from networking.drivers.contract import NetworkSpec, ReservationSpec
from networking.drivers.ranges import demand_usable


@pytest.mark.parametrize("ip", ["10.1.1.2", "10.1.1.254"])
def test_an_address_of_the_network_is_usable(ip):
    assert demand_usable(ip, cidr="10.1.1.0/24", gateway="10.1.1.1") is None


@pytest.mark.parametrize("ip", ["10.1.1.0", "10.1.1.255", "10.1.1.1", "10.1.2.1"])
def test_any_other_address_is_not(ip):
    with pytest.raises(Refused):
        demand_usable(ip, cidr="10.1.1.0/24", gateway="10.1.1.1")


def network(**changes):
    values = {"uuid": uuid.uuid4(), "name": "n", "cidr": "10.1.1.0/24", "gateway": "10.1.1.1"}
    return NetworkSpec(**{**values, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "two\nlines"},
        {"cidr": "10.1.1.1/24"},
        {"cidr": "network"},
        {"gateway": "10.2.1.1"},
        {"gateway": "gateway"},
        {"nameservers": ("8.8.8.8\ndhcp-script=/bin/evil",)},
        {"domain_name": "a b"},
        {"domain_name": "x\ndhcp-script=/bin/evil"},
        {"mtu": 70000},
    ],
)
def test_a_network_that_makes_no_sense_is_refused(changes):
    with pytest.raises(InvalidSpec):
        network(**changes)


@pytest.mark.parametrize(
    "changes",
    [{"mac": "ff:ff:ff:ff:ff:ff"}, {"mac": "x"}, {"ip": "10.1.1"}, {"hostname": "a,b"}, {"hostname": "a\nb"}],
)
def test_a_reservation_that_could_mean_more_is_refused(changes):
    with pytest.raises(InvalidSpec):
        ReservationSpec(**{"mac": "52:54:00:00:00:01", "ip": "10.1.1.5", "hostname": "web", **changes})
