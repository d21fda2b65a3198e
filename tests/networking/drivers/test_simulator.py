"""A simulated network lies on each host that guests use it on, under one id."""

import pytest

from networking.drivers.opening import open_network
from tests.contracts import specs


@pytest.fixture
def hosts(tmp_path):
    """The drivers of two hosts of one world."""
    settings = {"world": str(tmp_path / "world.sqlite")}
    return [
        open_network("simulator", {**settings, "place": place}, timeout_seconds=5)
        for place in ("host-1", "host-2")
    ]


def test_one_network_lies_on_two_hosts(hosts):
    spec = specs.network()

    assert [host.ensure_network(spec).locator for host in hosts] == [hosts[0].network(spec.uuid).locator] * 2


def test_each_host_has_its_own_reservations(hosts):
    spec = specs.network()
    for host in hosts:
        host.ensure_network(spec)
    reservation = specs.reservation(spec, 10)
    for host in hosts:
        host.ensure_reservation(spec.uuid, reservation)

    hosts[0].remove_reservation(spec.uuid, reservation.mac)

    assert hosts[0].list_reservations(spec.uuid) == ()
    assert hosts[1].list_reservations(spec.uuid) == (reservation,)


def test_a_network_removed_from_one_host_stays_on_the_other(hosts):
    spec = specs.network()
    for host in hosts:
        host.ensure_network(spec)
        host.ensure_reservation(spec.uuid, specs.reservation(spec, 10))

    hosts[0].remove_network(spec.uuid)

    assert hosts[0].find_network(spec.uuid) is None
    assert len(hosts[1].list_reservations(spec.uuid)) == 1
