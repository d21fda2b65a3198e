"""Every driver that can keeps guests as they are at one moment and brings them back there."""

import uuid

import pytest

from cloudportal.drivers.errors import NotThere, Refused
from compute.drivers.facts import Power, PowerAction
from compute.drivers.snapshots import GuestSnapshot
from tests.contracts import specs


@pytest.fixture
def driver(compute):
    with compute.open() as driver:
        yield driver


@pytest.fixture
def guest(compute, driver):
    """The spec of a guest that is off."""
    spec = specs.guest(compute, disks=(compute.snapshot_disk(),))
    driver.ensure_guest(spec)
    yield spec
    driver.remove_guest(spec.uuid)


@pytest.fixture
def running(driver, guest):
    driver.set_power(guest.uuid, PowerAction.ON)
    return guest


def test_a_running_guest_is_kept_with_its_memory_and_goes_on(driver, running):
    taken = driver.take_guest_snapshot(running.uuid, uuid.uuid4(), with_memory=True)
    assert (taken.has_memory, driver.guest(running.uuid).power) == (True, Power.ON)


def test_a_guest_that_is_off_is_brought_back_and_stays_off(driver, guest):
    taken = driver.take_guest_snapshot(guest.uuid, uuid.uuid4(), with_memory=False)
    assert driver.revert_guest(guest.uuid, taken).power is Power.OFF


def test_a_guest_with_memory_runs_on_from_its_snapshot_whatever_it_does_now(driver, running):
    taken = driver.take_guest_snapshot(running.uuid, uuid.uuid4(), with_memory=True)
    assert driver.revert_guest(running.uuid, taken).power is Power.ON
    driver.set_power(running.uuid, PowerAction.OFF, force=True)
    assert driver.revert_guest(running.uuid, taken).power is Power.ON


def test_taking_it_again_leaves_it_as_it_is(driver, running):
    wanted = uuid.uuid4()
    first = driver.take_guest_snapshot(running.uuid, wanted, with_memory=True)
    assert driver.take_guest_snapshot(running.uuid, wanted, with_memory=True).uuid == first.uuid


def test_it_outlives_the_guest_on_the_host(driver, running):
    taken = driver.take_guest_snapshot(running.uuid, uuid.uuid4(), with_memory=True)
    driver.remove_guest(running.uuid)
    driver.ensure_guest(running)
    assert driver.revert_guest(running.uuid, taken).power is Power.ON


def test_a_host_that_has_forgotten_it_is_told_again(compute, driver, guest):
    first = driver.take_guest_snapshot(guest.uuid, uuid.uuid4(), with_memory=False)
    second = driver.take_guest_snapshot(guest.uuid, uuid.uuid4(), with_memory=False)
    compute.forget_snapshots(guest.uuid)
    driver.revert_guest(guest.uuid, second)
    driver.remove_guest_snapshot(guest.uuid, first)
    assert driver.revert_guest(guest.uuid, second).power is Power.OFF


def test_a_removed_one_is_gone_and_the_others_stay(driver, guest):
    first = driver.take_guest_snapshot(guest.uuid, uuid.uuid4(), with_memory=False)
    second = driver.take_guest_snapshot(guest.uuid, uuid.uuid4(), with_memory=False)
    driver.remove_guest_snapshot(guest.uuid, first)
    driver.revert_guest(guest.uuid, second)
    with pytest.raises((NotThere, Refused)):
        driver.revert_guest(guest.uuid, first)


def test_removed_ones_leave_nothing_in_the_disks(compute, driver, guest):
    (disk,) = guest.disks
    taken = [driver.take_guest_snapshot(guest.uuid, uuid.uuid4(), with_memory=False) for _ in range(2)]
    assert compute.snapshots_in(disk.locator) == sorted(str(one.uuid) for one in taken)
    driver.remove_guest(guest.uuid)
    driver.ensure_guest(guest)
    for one in [*taken, *taken]:
        driver.remove_guest_snapshot(guest.uuid, one)
    assert compute.snapshots_in(disk.locator) == []


def test_removing_one_that_was_never_whole_succeeds(driver, guest):
    never = GuestSnapshot(uuid=uuid.uuid4(), has_memory=False, record="")
    assert driver.remove_guest_snapshot(guest.uuid, never) is None


@pytest.mark.parametrize("with_memory", [True, False])
def test_the_wrong_power_is_refused(driver, guest, with_memory):
    driver.set_power(guest.uuid, PowerAction.OFF if with_memory else PowerAction.ON)
    with pytest.raises(Refused):
        driver.take_guest_snapshot(guest.uuid, uuid.uuid4(), with_memory=with_memory)


def test_a_disk_that_cannot_hold_it_is_refused(compute, driver):
    spec = specs.guest(compute)
    driver.ensure_guest(spec)
    with pytest.raises(Refused):
        driver.take_guest_snapshot(spec.uuid, uuid.uuid4(), with_memory=False)
    driver.remove_guest(spec.uuid)


def test_a_guest_that_is_not_there_is_not_there(driver):
    with pytest.raises(NotThere):
        driver.take_guest_snapshot(uuid.uuid4(), uuid.uuid4(), with_memory=False)
