"""The orders in which hosts are tried."""

import pytest

from compute import states
from compute.models import Instance
from compute.placement import orders
from compute.placement.request import Request
from compute.placement.weighers import WEIGHERS, in_order
from tests.support.factories import make_account
from tests.support.factories_compute import make_offering
from tests.support.factories_infra import make_cluster, make_host

pytestmark = pytest.mark.django_db


@pytest.fixture
def hosts():
    home = make_cluster()
    return [make_host(home, cpus=16, claimed_cpus=claimed) for claimed in (8, 0, 12)]


@pytest.fixture
def request_(hosts):
    zone_id = hosts[0].cluster.pod.zone_id
    return Request(zone_id=zone_id, account_id=make_account().pk, cpus=1, memory_mib=1, volume=None)


def ranks(order, request_, hosts):
    return [hosts.index(host) for host in in_order(order, request_, hosts)]


@pytest.mark.parametrize(
    ("order", "expected"),
    [(orders.FIRST_FIT, [0, 1, 2]), (orders.FILL_FIRST, [2, 0, 1]), (orders.DISPERSE, [1, 0, 2])],
)
def test_hosts_are_tried_in_this_order(order, expected, request_, hosts):
    assert ranks(order, request_, hosts) == expected


def test_any_order_tries_every_host(request_, hosts):
    found = {tuple(ranks(orders.RANDOM, request_, hosts)) for _ in range(60)}
    assert len(found) > 1
    assert all(sorted(order) == [0, 1, 2] for order in found)


def test_an_account_is_spread_over_hosts(request_, hosts):
    zone = hosts[0].cluster.pod.zone
    offering = make_offering()
    for number, host in enumerate([hosts[0], hosts[0], hosts[1]]):
        Instance.objects.create(
            account_id=request_.account_id,
            zone=zone,
            offering=offering,
            host=host,
            name=f"vm-{number}",
            state=states.RUNNING,
            cpus=1,
            cpu_mhz=1000,
            memory_mib=64,
        )
    assert ranks(orders.USER_DISPERSING, request_, hosts) == [2, 1, 0]


def test_weights_lie_between_nought_and_one(request_, hosts):
    for order in orders.BUILT_IN:
        assert all(0 <= weight <= 1 for weight in WEIGHERS[order](request_, hosts).values())


def test_every_order_has_its_weigher():
    assert set(WEIGHERS) == set(orders.ORDERS)
