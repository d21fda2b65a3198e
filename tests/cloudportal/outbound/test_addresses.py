from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudportal.core.errors import InvalidInput
from cloudportal.drivers.errors import Unreachable
from cloudportal.outbound.addresses import is_allowed, vetted

INSIDE = (
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::a00:1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
)
OUTSIDE = ("8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "192.0.1.1", "2606:4700::1111", "2a00:1450::1")


@pytest.mark.parametrize("text", INSIDE)
def test_nothing_inside_may_be_asked(text):
    assert not is_allowed(ip_address(text))


@pytest.mark.parametrize("text", OUTSIDE)
def test_the_public_internet_may_be_asked(text):
    assert is_allowed(ip_address(text))


def test_operators_open_a_network_of_their_own_and_no_more():
    mirror = [ip_network("10.20.30.0/28"), ip_network("fd12::/64")]
    assert is_allowed(ip_address("10.20.30.5"), mirror)
    assert is_allowed(ip_address("fd12::5"), mirror)
    assert not is_allowed(ip_address("10.20.30.16"), mirror)


@pytest.mark.parametrize(
    "text", ["169.254.169.254", "0.0.0.1", "224.0.0.1", "fd00:ec2::254", "::ffff:10.0.0.1"]
)
def test_even_operators_cannot_open_what_is_never_a_mirror(text):
    everything = [ip_network("0.0.0.0/0"), ip_network("::/0")]
    assert not is_allowed(ip_address(text), everything)


def test_a_name_that_leads_both_outside_and_inside_is_a_trap():
    with pytest.raises(InvalidInput) as refusal:
        vetted("trap.example.org", 80, resolve=lambda host, port: ["8.8.8.8", "10.0.0.1"])
    assert "10.0.0.1" not in refusal.value.detail


def test_what_is_given_is_the_very_address_that_was_looked_at():
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    assert vetted("rebinding.example.org", 80, resolve=lambda host, port: next(answers)) == "8.8.8.8"


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "localhost"])
def test_other_spellings_of_our_own_address_are_seen_through(host):
    with pytest.raises(InvalidInput):
        vetted(host, 80)


def test_a_name_without_address_may_have_one_later():
    def nobody(host, port):
        raise OSError("Name or service not known")

    with pytest.raises(Unreachable):
        vetted("nobody.example.org", 80, resolve=nobody)


@settings(max_examples=60, deadline=None)
@given(st.ip_addresses(v=6).filter(lambda one: one not in ip_network("2000::/3")))
def test_no_ipv6_address_outside_the_internets_own_is_asked(address):
    assert not is_allowed(address)


@settings(max_examples=60, deadline=None)
@given(st.ip_addresses(v=4))
def test_an_address_means_the_same_however_it_is_wrapped(address):
    assert not is_allowed(ip_address(f"::ffff:{address}"))
    assert not is_allowed(ip_address(f"64:ff9b::{address}"))
    assert is_allowed(address) <= address.is_global
