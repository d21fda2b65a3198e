"""Every driver reports a host that does not answer alike, and gets over it."""

import uuid

import pytest

from cloudportal.drivers.errors import OutcomeUnknown, Unreachable
from compute.drivers.facts import PowerAction
from tests.contracts import specs

GUEST = uuid.uuid4()

CALLS = {
    "host_facts": lambda driver: driver.host_facts(),
    "list_guests": lambda driver: driver.list_guests(),
    "find_guest": lambda driver: driver.find_guest(GUEST),
    "set_power": lambda driver: driver.set_power(GUEST, PowerAction.ON),
    "remove_guest": lambda driver: driver.remove_guest(GUEST),
    "guest_statistics": lambda driver: driver.guest_statistics(GUEST),
    "all_statistics": lambda driver: driver.all_statistics(),
}


@pytest.mark.parametrize("call", ["check", *CALLS])
def test_a_host_that_cannot_be_reached_is_reported_as_such(compute, call):
    with compute.open_unreachable() as driver, pytest.raises(Unreachable):
        CALLS.get(call, lambda driver: driver.check())(driver)


def test_a_guest_is_not_made_on_a_host_that_cannot_be_reached(compute):
    spec = specs.guest(compute)
    with compute.open_unreachable() as driver, pytest.raises(Unreachable):
        driver.ensure_guest(spec)


@pytest.mark.parametrize("call", list(CALLS))
def test_a_call_ends_when_the_host_does_not_answer_in_time(compute, call):
    with compute.open(timeout_seconds=0.5) as driver:
        driver.check()
        with compute.hanging(), pytest.raises(OutcomeUnknown):
            CALLS[call](driver)


def test_making_a_guest_ends_when_the_host_does_not_answer_in_time(compute):
    spec = specs.guest(compute)
    with compute.open(timeout_seconds=0.5) as driver:
        driver.check()
        with compute.hanging(), pytest.raises(OutcomeUnknown):
            driver.ensure_guest(spec)


def test_the_same_driver_goes_on_when_the_host_answers_again(compute):
    spec = specs.guest(compute)
    with compute.open(timeout_seconds=5) as driver:
        driver.check()
        driver.timeout_seconds = 0.5
        with compute.hanging(), pytest.raises(OutcomeUnknown):
            driver.list_guests()
        driver.timeout_seconds = 5

        driver.ensure_guest(spec)

        assert driver.find_guest(spec.uuid) is not None
