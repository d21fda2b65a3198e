import subprocess
from ipaddress import IPv4Network

import pytest

from cloudportal.demo import subnets

ROUTES = """\
default via 192.0.2.1 dev eth0 table main
10.77.0.0/24 dev br0 proto kernel scope link src 10.77.0.1 table main
unreachable 10.78.0.0/16 table main
local 127.0.0.0/8 dev lo table local proto kernel
broadcast 10.79.0.255 dev br1 table local proto kernel
"""


def test_the_first_subnet_that_nothing_uses_is_taken(monkeypatch):
    answer = subprocess.CompletedProcess([], 0, ROUTES)
    monkeypatch.setattr(subnets.subprocess, "run", lambda *words, **options: answer)
    assert subnets.free_subnet(subnets.used_subnets()) == IPv4Network("10.80.0.0/24")


def test_a_route_to_a_whole_private_range_leaves_the_others():
    used = [IPv4Network("10.0.0.0/8"), IPv4Network("172.16.0.0/12")]
    assert subnets.free_subnet(used) == IPv4Network("192.168.77.0/24")


def test_no_subnet_at_all_is_explained():
    used = [IPv4Network("0.0.0.0/1"), IPv4Network("128.0.0.0/1")]
    with pytest.raises(subnets.NoneFree, match="--simulated"):
        subnets.free_subnet(used)


def test_this_machines_own_loopback_is_in_use():
    assert any(IPv4Network("127.0.0.1/32").subnet_of(used) for used in subnets.used_subnets())
