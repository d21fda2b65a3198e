"""Every driver says honestly whether somebody inside a guest could be asked."""

import uuid

import pytest

from cloudportal.drivers.errors import NotThere
from compute.drivers.facts import PowerAction
from tests.contracts import specs

HASH = "$6$saltsalt$" + "h" * 86


@pytest.fixture
def driver(compute):
    with compute.open() as driver:
        yield driver


@pytest.fixture
def guest(compute, driver):
    """A guest without an agent, that is off."""
    spec = specs.guest(compute)
    driver.ensure_guest(spec)
    compute.take_agent_out(spec.uuid)
    yield spec.uuid
    driver.remove_guest(spec.uuid)


def test_nobody_answers_in_a_guest_that_is_off(driver, guest):
    assert driver.set_password(guest, "root", HASH) is False
    assert driver.set_ssh_keys(guest, "root", (specs.KEY,)) is False


def test_nobody_answers_in_a_guest_without_an_agent(driver, guest):
    driver.set_power(guest, PowerAction.ON)
    assert driver.set_password(guest, "root", HASH) is False
    assert driver.set_ssh_keys(guest, "root", (specs.KEY,)) is False


def test_an_unknown_guest_is_not_there(driver):
    with pytest.raises(NotThere):
        driver.set_password(uuid.uuid4(), "root", HASH)
    with pytest.raises(NotThere):
        driver.set_ssh_keys(uuid.uuid4(), "root", ())
