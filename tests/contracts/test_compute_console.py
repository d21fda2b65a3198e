"""Every driver that offers consoles lets the portal in and nobody else, and shows what the guest shows and says."""

import uuid

import pytest

from cloudportal.drivers.errors import NotThere, Refused
from compute.drivers.console import PNG
from compute.drivers.facts import PowerAction
from tests.contracts import specs
from tests.contracts.waiting import wait_until
from tests.support import viewers

# A private libvirtd needs no virtlogd, so the log is there as soon as the guest wrote it.
SAID_SECONDS = 5


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
    driver.set_power(guest.uuid, PowerAction.ON)
    compute.await_up(guest.uuid)
    return guest


def test_the_screen_goes_on_with_the_clients_init(driver, running):
    with driver.open_console(running.uuid) as connection:
        screen = viewers.init(connection)

    assert screen.width > 100
    assert screen.height > 100


def test_two_look_at_one_screen(driver, running):
    with driver.open_console(running.uuid) as one, driver.open_console(running.uuid) as other:
        assert viewers.init(one) == viewers.init(other)


def test_a_console_outlives_its_driver_and_ends_with_its_guest(compute, running):
    with compute.open() as driver:
        connection = driver.open_console(running.uuid)
    with connection:
        viewers.init(connection)
        compute.turn_off(running.uuid)

        assert viewers.read_to_the_end(connection, timeout_seconds=5)


def test_a_guest_that_is_off_has_no_screen(driver, guest):
    with pytest.raises(Refused):
        driver.open_console(guest.uuid)
    with pytest.raises(Refused):
        driver.screenshot(guest.uuid)


def test_nobody_has_the_screen_of_an_unknown_guest(driver):
    for look in (driver.open_console, driver.screenshot):
        with pytest.raises(NotThere):
            look(uuid.uuid4())
    with pytest.raises(NotThere):
        driver.serial_log(uuid.uuid4(), limit_bytes=1024)


def test_a_screenshot_is_a_png(driver, running):
    picture = driver.screenshot(running.uuid)

    assert picture.startswith(PNG)
    assert len(picture) > 100


def test_the_serial_log_holds_what_the_guest_says_in_this_life(compute, driver, running):
    compute.await_said(running.uuid)
    said = driver.serial_log(running.uuid, limit_bytes=65536)
    assert said.content
    assert said.is_whole

    driver.set_power(running.uuid, PowerAction.RESET, force=True)
    compute.await_up(running.uuid)
    wait_until(
        lambda: driver.serial_log(running.uuid, limit_bytes=65536).content, timeout_seconds=SAID_SECONDS
    )


def test_only_the_end_of_the_serial_log_is_read(compute, driver, running):
    compute.await_said(running.uuid)
    whole = driver.serial_log(running.uuid, limit_bytes=65536).content

    end = driver.serial_log(running.uuid, limit_bytes=4)

    assert end.content == whole[-4:]
    assert not end.is_whole


def test_a_guest_that_never_ran_said_nothing(driver, guest):
    log = driver.serial_log(guest.uuid, limit_bytes=1024)
    assert (log.content, log.is_whole) == (b"", True)


def test_the_log_goes_with_the_guest(compute, driver):
    spec = specs.guest(compute)
    driver.ensure_guest(spec)
    driver.set_power(spec.uuid, PowerAction.ON)
    compute.await_said(spec.uuid)

    driver.remove_guest(spec.uuid)

    assert compute.leftovers(spec.uuid) == ()
