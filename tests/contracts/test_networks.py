"""Every network driver makes networks and hands out addresses alike."""

import uuid
from dataclasses import replace

import pytest

from cloudportal.drivers.errors import InvalidSpec, NotThere, OutcomeUnknown, Refused, Unreachable
from tests.contracts import specs
from tests.contracts.parallel import at_once

NETWORK = specs.network()

CALLS = {
    "ensure_network": lambda driver: driver.ensure_network(NETWORK),
    "find_network": lambda driver: driver.find_network(NETWORK.uuid),
    "list_networks": lambda driver: driver.list_networks(),
    "remove_network": lambda driver: driver.remove_network(NETWORK.uuid),
    "ensure_reservation": lambda driver: driver.ensure_reservation(
        NETWORK.uuid, specs.reservation(NETWORK, 9)
    ),
    "remove_reservation": lambda driver: driver.remove_reservation(NETWORK.uuid, "52:54:00:00:00:01"),
    "list_reservations": lambda driver: driver.list_reservations(NETWORK.uuid),
}


@pytest.fixture
def driver(network):
    with network.open() as driver:
        yield driver


@pytest.fixture
def made(driver):
    """The spec of a network that exists."""
    spec = specs.network()
    driver.ensure_network(spec)
    yield spec
    driver.remove_network(spec.uuid)


def test_a_made_network_is_as_wished_and_active(driver, made):
    facts = driver.network(made.uuid)

    assert (facts.uuid, facts.name, facts.cidr, facts.gateway, facts.mtu) == (
        made.uuid,
        made.name,
        made.cidr,
        made.gateway,
        made.mtu,
    )
    assert facts.is_active
    assert facts.locator
    assert facts.lease_seconds >= 0


def test_making_a_network_again_changes_nothing(driver, made):
    driver.ensure_reservation(made.uuid, specs.reservation(made, 10))
    before = (driver.network(made.uuid), driver.list_reservations(made.uuid))

    driver.ensure_network(made)

    assert (driver.network(made.uuid), driver.list_reservations(made.uuid)) == before


def test_two_callers_make_one_network(network, driver):
    spec = specs.network()
    with network.open() as other:
        answers = at_once(lambda: driver.ensure_network(spec), lambda: other.ensure_network(spec))

    assert answers[0] == answers[1]
    assert [facts.uuid for facts in driver.list_networks()].count(spec.uuid) == 1
    driver.remove_network(spec.uuid)


def test_a_network_that_stopped_is_started_again(network, driver, made):
    network.stop_network(driver.network(made.uuid))

    assert driver.ensure_network(made).is_active


def test_a_network_takes_on_another_name(driver, made):
    assert driver.ensure_network(replace(made, name="renamed & <more>")).name == "renamed & <more>"


def test_other_name_servers_domain_and_mtu_wait_for_guests_that_run_on_it(network, driver, made):
    changed = replace(made, nameservers=("9.9.9.9",), domain_name="other.example", mtu=1400)
    driver.ensure_reservation(made.uuid, specs.reservation(made, 10))

    with network.running_guest(driver.network(made.uuid)):
        waiting = driver.ensure_network(changed)
        assert (waiting.is_active, waiting.is_current, waiting.mtu) == (True, False, made.mtu)
        assert driver.network(made.uuid) == waiting

    later = driver.ensure_network(changed)
    assert (later.is_active, later.is_current, later.mtu) == (True, True, 1400)
    assert driver.network(made.uuid) == later
    assert len(driver.list_reservations(made.uuid)) == 1


def test_a_network_with_another_range_is_refused_and_left_alone(driver, made):
    before = driver.network(made.uuid)

    with pytest.raises(Refused):
        driver.ensure_network(specs.network(uuid=made.uuid))

    assert driver.network(made.uuid) == before


def test_a_network_in_a_range_that_is_taken_leaves_nothing(network, driver, made):
    spec = replace(made, uuid=uuid.uuid4())

    with pytest.raises(Refused):
        driver.ensure_network(spec)

    assert driver.find_network(spec.uuid) is None
    assert network.leftovers(spec) == ()


def test_a_removed_network_is_gone(network, driver):
    spec = specs.network()
    driver.ensure_network(spec)
    driver.ensure_reservation(spec.uuid, specs.reservation(spec, 10))

    driver.remove_network(spec.uuid)

    assert driver.find_network(spec.uuid) is None
    assert network.leftovers(spec) == ()
    with pytest.raises(NotThere):
        driver.list_reservations(spec.uuid)


def test_a_network_that_was_made_again_has_no_reservations(driver, made):
    driver.ensure_reservation(made.uuid, specs.reservation(made, 10))
    driver.remove_network(made.uuid)

    driver.ensure_network(made)

    assert driver.list_reservations(made.uuid) == ()


def test_removing_what_is_not_there_succeeds(driver, made):
    assert driver.remove_network(uuid.uuid4()) is None
    assert driver.remove_reservation(uuid.uuid4(), specs.mac()) is None
    assert driver.remove_reservation(made.uuid, specs.mac()) is None


def test_two_callers_remove_one_network(network, driver):
    spec = specs.network()
    driver.ensure_network(spec)
    with network.open() as other:
        at_once(lambda: driver.remove_network(spec.uuid), lambda: other.remove_network(spec.uuid))

    assert driver.find_network(spec.uuid) is None


def test_a_network_that_a_running_guest_uses_is_kept(network, driver, made):
    with network.running_guest(driver.network(made.uuid)), pytest.raises(Refused):
        driver.remove_network(made.uuid)

    assert driver.network(made.uuid).is_active


def test_a_network_that_vanished_is_not_found(network, driver, made):
    network.lose_network(driver.network(made.uuid))

    assert driver.find_network(made.uuid) is None


def test_the_list_has_every_network_in_the_order_of_the_ids(driver, made):
    second = specs.network()
    driver.ensure_network(second)

    listed = [facts.uuid for facts in driver.list_networks()]

    assert [uuid for uuid in listed if uuid in (made.uuid, second.uuid)] == sorted([made.uuid, second.uuid])
    driver.remove_network(second.uuid)


def test_reservations_are_listed_in_the_order_of_their_addresses(driver, made):
    wanted = [specs.reservation(made, last) for last in (100, 9, 20)]
    for reservation in wanted:
        driver.ensure_reservation(made.uuid, reservation)

    assert driver.list_reservations(made.uuid) == (wanted[1], wanted[2], wanted[0])


def test_reserving_again_changes_nothing(driver, made):
    reservation = specs.reservation(made, 10)
    driver.ensure_reservation(made.uuid, reservation)
    driver.ensure_reservation(made.uuid, reservation)

    assert driver.list_reservations(made.uuid) == (reservation,)


def test_two_callers_make_one_reservation(network, driver, made):
    reservation = specs.reservation(made, 10)
    with network.open() as other:
        at_once(
            lambda: driver.ensure_reservation(made.uuid, reservation),
            lambda: other.ensure_reservation(made.uuid, reservation),
        )

    assert driver.list_reservations(made.uuid) == (reservation,)


def test_a_nic_has_one_address_at_a_time(driver, made):
    first = specs.reservation(made, 10)
    driver.ensure_reservation(made.uuid, first)
    second = replace(first, ip=specs.address(made, 11), hostname="renamed")

    driver.ensure_reservation(made.uuid, second)

    assert driver.list_reservations(made.uuid) == (second,)


def test_an_address_has_one_nic_at_a_time(driver, made):
    first = specs.reservation(made, 10)
    driver.ensure_reservation(made.uuid, first)

    with pytest.raises(Refused):
        driver.ensure_reservation(made.uuid, replace(first, mac=specs.mac(), hostname="other"))

    assert driver.list_reservations(made.uuid) == (first,)


def test_a_name_has_one_nic_at_a_time(driver, made):
    first = specs.reservation(made, 10)
    driver.ensure_reservation(made.uuid, first)

    with pytest.raises(Refused):
        driver.ensure_reservation(made.uuid, specs.reservation(made, 11, hostname=first.hostname))

    assert driver.list_reservations(made.uuid) == (first,)


@pytest.mark.parametrize("ip", ["192.0.2.7", "gateway", "network", "broadcast"])
def test_an_address_that_no_nic_may_have_is_refused(driver, made, ip):
    own = {"gateway": made.gateway, "network": specs.address(made, 0), "broadcast": specs.address(made, 255)}

    with pytest.raises(Refused):
        driver.ensure_reservation(made.uuid, specs.reservation(made, 9, ip=own.get(ip, ip)))

    assert driver.list_reservations(made.uuid) == ()


def test_a_freed_address_can_be_given_to_another_nic(driver, made):
    first = specs.reservation(made, 10)
    driver.ensure_reservation(made.uuid, first)
    driver.remove_reservation(made.uuid, first.mac)
    second = specs.reservation(made, 10)

    driver.ensure_reservation(made.uuid, second)

    assert driver.list_reservations(made.uuid) == (second,)


def test_nothing_is_reserved_in_an_unknown_network(driver):
    with pytest.raises(NotThere):
        driver.ensure_reservation(uuid.uuid4(), specs.reservation(specs.network(), 10))


@pytest.mark.parametrize("name", ["two\nlines", "a b", "x,1h", "-dash", ""])
def test_a_name_that_could_mean_more_than_a_name_is_refused(name):
    with pytest.raises(InvalidSpec):
        specs.reservation(specs.network(), 10, hostname=name)


@pytest.mark.parametrize("call", CALLS)
def test_a_place_that_cannot_be_reached_is_reported_as_such(network, call):
    with network.open_unreachable() as driver, pytest.raises(Unreachable):
        CALLS[call](driver)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_ends_when_the_place_does_not_answer_in_time(network, call):
    with network.open(timeout_seconds=5) as driver:
        driver.check()
        driver.timeout_seconds = 0.5
        with network.hanging(), pytest.raises(OutcomeUnknown):
            CALLS[call](driver)
