"""What networks' DHCP is told about NICs."""

from hypothesis import given
from hypothesis import strategies as st

from cloudportal.drivers.values import demand_host_name
from networking.network_work import HOST_NAME_CHARACTERS, dhcp_name

NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)
ADDRESSES = st.ip_addresses(v=4).map(str)


def test_a_name_comes_with_its_address():
    assert dhcp_name("web", "10.1.1.5") == "web-10-1-1-5"


@given(NAMES, ADDRESSES)
def test_every_instances_name_becomes_a_good_one(name, ip):
    made = dhcp_name(name, ip)
    demand_host_name(made)
    assert len(made) <= HOST_NAME_CHARACTERS


@given(NAMES, NAMES, ADDRESSES, ADDRESSES)
def test_no_name_can_be_made_to_be_that_of_another_address(one, other, ip, other_ip):
    assert (dhcp_name(one, ip) == dhcp_name(other, other_ip)) <= (ip == other_ip)
