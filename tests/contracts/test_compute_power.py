"""Every driver turns guests on and off alike, and says what their power really is."""

import uuid

import pytest

from cloudportal.drivers.errors import NotThere, OutcomeUnknown, Refused
from compute.drivers.facts import Power, PowerAction
from tests.contracts import specs
from tests.contracts.parallel import at_once


@pytest.fixture
def driver(compute):
    with compute.open() as driver:
        yield driver


@pytest.fixture
def guest(compute, driver):
    """The spec of a guest that is off."""
    spec = specs.guest(compute)
    driver.ensure_guest(spec)
    yield spec
    driver.remove_guest(spec.uuid)


@pytest.fixture
def running(compute, driver, guest):
    """The spec of a guest that runs its own code."""
    driver.set_power(guest.uuid, PowerAction.ON)
    compute.await_up(guest.uuid)
    return guest


def test_a_guest_that_is_turned_on_runs(driver, guest):
    assert driver.set_power(guest.uuid, PowerAction.ON).power is Power.ON
    assert driver.guest(guest.uuid).power is Power.ON


def test_turning_on_again_changes_nothing(driver, running):
    assert driver.set_power(running.uuid, PowerAction.ON).power is Power.ON


def test_turning_on_resumes_a_paused_guest(compute, driver, running):
    compute.pause(running.uuid)
    assert driver.guest(running.uuid).power is Power.PAUSED

    assert driver.set_power(running.uuid, PowerAction.ON).power is Power.ON


def test_two_callers_turn_one_guest_on(compute, guest):
    with compute.open() as one, compute.open() as other:
        answers = at_once(
            lambda: one.set_power(guest.uuid, PowerAction.ON),
            lambda: other.set_power(guest.uuid, PowerAction.ON),
        )

    assert [answer.power for answer in answers] == [Power.ON, Power.ON]


def test_a_guest_that_heeds_is_asked_to_shut_down(driver, running):
    assert driver.set_power(running.uuid, PowerAction.OFF).power is Power.OFF


def test_the_power_of_a_running_guest_can_be_cut(driver, running):
    assert driver.set_power(running.uuid, PowerAction.OFF, force=True).power is Power.OFF


def test_the_power_of_a_paused_guest_can_be_cut(compute, driver, running):
    compute.pause(running.uuid)

    assert driver.set_power(running.uuid, PowerAction.OFF, force=True).power is Power.OFF


def test_a_paused_guest_is_woken_to_shut_down(compute, driver, running):
    compute.pause(running.uuid)

    assert driver.set_power(running.uuid, PowerAction.OFF).power is Power.OFF


@pytest.mark.parametrize("force", [False, True])
def test_a_paused_guest_that_is_reset_runs(compute, driver, running, force):
    compute.pause(running.uuid)

    assert driver.set_power(running.uuid, PowerAction.RESET, force=force).power is Power.ON

    compute.await_up(running.uuid)


@pytest.mark.parametrize("force", [False, True])
def test_turning_off_again_changes_nothing(driver, guest, force):
    assert driver.set_power(guest.uuid, PowerAction.OFF, force=force).power is Power.OFF


def test_two_callers_cut_the_power_of_one_guest(compute, running):
    with compute.open() as one, compute.open() as other:
        answers = at_once(
            lambda: one.set_power(running.uuid, PowerAction.OFF, force=True),
            lambda: other.set_power(running.uuid, PowerAction.OFF, force=True),
        )

    assert [answer.power for answer in answers] == [Power.OFF, Power.OFF]


def test_a_guest_that_does_not_shut_down_in_time_is_reported_and_still_runs(compute, driver):
    spec = specs.guest(compute)
    driver.ensure_guest(spec)
    compute.deafen(spec.uuid, spec.disks[0].locator)
    driver.set_power(spec.uuid, PowerAction.ON)
    compute.await_up(spec.uuid)

    with pytest.raises(OutcomeUnknown):
        driver.set_power(spec.uuid, PowerAction.OFF, timeout_seconds=0.5)

    assert driver.guest(spec.uuid).power is Power.ON
    assert driver.set_power(spec.uuid, PowerAction.OFF, force=True).power is Power.OFF


@pytest.mark.parametrize("force", [False, True])
def test_a_guest_that_is_reset_starts_anew(compute, driver, running, force):
    assert driver.set_power(running.uuid, PowerAction.RESET, force=force).power is Power.ON

    compute.await_up(running.uuid)


def test_resetting_a_guest_that_is_off_turns_it_on(driver, guest):
    assert driver.set_power(guest.uuid, PowerAction.RESET, force=True).power is Power.ON


@pytest.mark.parametrize("action", list(PowerAction))
def test_the_power_of_an_unknown_guest_cannot_be_changed(driver, action):
    with pytest.raises(NotThere):
        driver.set_power(uuid.uuid4(), action)


def test_a_guest_whose_volume_is_gone_does_not_start(compute, driver, guest):
    compute.lose_volume(guest.disks[0].locator)

    with pytest.raises(Refused):
        driver.set_power(guest.uuid, PowerAction.ON)

    assert driver.guest(guest.uuid).power is Power.OFF


def test_a_guest_whose_network_is_missing_does_not_start(compute, driver):
    spec = specs.guest(compute, nics=(specs.nic(compute.missing_network_locator()),))
    driver.ensure_guest(spec)

    with pytest.raises(Refused):
        driver.set_power(spec.uuid, PowerAction.ON)

    assert driver.guest(spec.uuid).power is Power.OFF


def test_one_volume_serves_one_running_guest(compute, driver, running):
    second = specs.guest(compute, disks=(specs.disk(running.disks[0].locator),))
    driver.ensure_guest(second)

    with pytest.raises(Refused):
        driver.set_power(second.uuid, PowerAction.ON)


def test_power_that_was_cut_behind_our_back_is_seen(compute, driver, running):
    compute.turn_off(running.uuid)

    assert driver.guest(running.uuid).power is Power.OFF
