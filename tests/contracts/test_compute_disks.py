"""Every driver that attaches disks gives them, takes them away and grows them alike, cold and hot."""

import uuid
from dataclasses import replace

import pytest

from cloudportal.drivers.errors import NotThere, OutcomeUnknown, Refused
from compute.drivers.facts import PowerAction, differences
from tests.contracts import specs

MIB = 1024 * 1024


@pytest.fixture
def driver(compute):
    with compute.open() as driver:
        yield driver


@pytest.fixture
def off(compute, driver):
    """The spec of a guest that is off."""
    spec = specs.guest(compute)
    driver.ensure_guest(spec)
    return spec


@pytest.fixture
def running(compute, driver, off):
    """The spec of a guest that runs its own code."""
    driver.set_power(off.uuid, PowerAction.ON)
    compute.await_up(off.uuid)
    return off


@pytest.fixture
def disk(compute):
    return specs.disk(compute.volume_locator(), 3)


def with_disk(spec, disk):
    return replace(spec, disks=(*spec.disks, disk))


@pytest.mark.parametrize("power", ["off", "running"])
def test_an_attached_disk_is_at_its_place_and_stays_there(driver, disk, power, request):
    spec = request.getfixturevalue(power)
    facts = driver.attach_disk(spec.uuid, disk)
    assert differences(with_disk(spec, disk), facts) == ()
    assert driver.attach_disk(spec.uuid, disk) == facts
    driver.set_power(spec.uuid, PowerAction.OFF, force=True)
    assert differences(with_disk(spec, disk), driver.guest(spec.uuid)) == ()


@pytest.mark.parametrize("power", ["off", "running"])
def test_a_detached_disk_is_gone_for_good_and_free(compute, driver, disk, power, request):
    spec = request.getfixturevalue(power)
    driver.attach_disk(spec.uuid, disk)
    facts = driver.detach_disk(spec.uuid, disk.locator)
    assert differences(spec, facts) == ()
    assert driver.detach_disk(spec.uuid, disk.locator) == facts
    another = specs.guest(compute)
    driver.ensure_guest(another)
    driver.set_power(another.uuid, PowerAction.ON)
    assert driver.attach_disk(another.uuid, disk).disks[-1].locator == disk.locator
    driver.set_power(spec.uuid, PowerAction.OFF, force=True)
    assert differences(spec, driver.guest(spec.uuid)) == ()


def test_a_guest_that_does_not_let_go_is_believed_to_use_the_disk(compute, driver, off, disk):
    compute.deafen(off.uuid, off.disks[0].locator)
    driver.set_power(off.uuid, PowerAction.ON)
    compute.await_up(off.uuid)
    driver.attach_disk(off.uuid, disk)
    with pytest.raises(OutcomeUnknown):
        driver.detach_disk(off.uuid, disk.locator, timeout_seconds=1.5)
    assert disk.locator in [one.locator for one in driver.guest(off.uuid).disks]
    driver.set_power(off.uuid, PowerAction.OFF, force=True)
    assert differences(off, driver.detach_disk(off.uuid, disk.locator)) == ()


@pytest.mark.parametrize("power", ["off", "running"])
def test_a_place_that_is_taken_is_refused(compute, driver, disk, power, request):
    spec = request.getfixturevalue(power)
    driver.attach_disk(spec.uuid, disk)
    other = specs.disk(compute.volume_locator(), disk.device_index)
    with pytest.raises(Refused):
        driver.attach_disk(spec.uuid, other)
    assert differences(with_disk(spec, disk), driver.guest(spec.uuid)) == ()


def test_a_volume_that_is_lost_is_refused(compute, driver, running, disk):
    compute.lose_volume(disk.locator)
    with pytest.raises(Refused):
        driver.attach_disk(running.uuid, disk)
    assert differences(running, driver.guest(running.uuid)) == ()


def test_a_volume_that_another_guest_uses_is_refused(compute, driver, running, disk):
    driver.attach_disk(running.uuid, disk)
    another = specs.guest(compute)
    driver.ensure_guest(another)
    driver.set_power(another.uuid, PowerAction.ON)
    with pytest.raises(Refused):
        driver.attach_disk(another.uuid, disk)
    assert differences(another, driver.guest(another.uuid)) == ()


def test_a_disk_grows_under_a_running_guest_and_never_shrinks(compute, driver, running, disk):
    driver.attach_disk(running.uuid, disk)
    driver.grow_disk(running.uuid, disk.locator, 8 * MIB)
    driver.grow_disk(running.uuid, disk.locator, 4 * MIB)
    assert compute.volume_size(disk.locator) == 8 * MIB


def test_only_a_disk_of_a_running_guest_grows_here(driver, off, running, disk):
    with pytest.raises(NotThere):
        driver.grow_disk(running.uuid, disk.locator, 8 * MIB)
    driver.set_power(running.uuid, PowerAction.OFF, force=True)
    with pytest.raises(Refused):
        driver.grow_disk(off.uuid, off.disks[0].locator, 8 * MIB)


def test_a_guest_that_is_not_there_has_no_disks(driver, disk):
    nobody = uuid.uuid4()
    with pytest.raises(NotThere):
        driver.attach_disk(nobody, disk)
    with pytest.raises(NotThere):
        driver.detach_disk(nobody, disk.locator)
    with pytest.raises(NotThere):
        driver.grow_disk(nobody, disk.locator, 8 * MIB)


def test_a_disk_moves_under_a_running_guest(compute, driver, running, disk):
    driver.attach_disk(running.uuid, disk)
    target = compute.volume_locator()
    driver.move_disk(running.uuid, disk.locator, target, "raw")
    driver.move_disk(running.uuid, disk.locator, target, "raw")
    moved = with_disk(running, replace(disk, locator=target))
    assert differences(moved, driver.guest(running.uuid)) == ()
    assert driver.moved_fraction(running.uuid, disk.locator) == 0.0
    driver.set_power(running.uuid, PowerAction.OFF, force=True)
    assert differences(moved, driver.guest(running.uuid)) == ()


def test_a_move_that_was_cancelled_leaves_the_disk_where_it_was(compute, driver, running, disk):
    driver.attach_disk(running.uuid, disk)
    driver.cancel_move(running.uuid, disk.locator)
    driver.cancel_move(uuid.uuid4(), disk.locator)
    assert differences(with_disk(running, disk), driver.guest(running.uuid)) == ()


def test_only_a_disk_of_a_running_guest_moves_here(compute, driver, off, disk):
    with pytest.raises(Refused):
        driver.move_disk(off.uuid, off.disks[0].locator, disk.locator, "raw")
    driver.set_power(off.uuid, PowerAction.ON)
    with pytest.raises(NotThere):
        driver.move_disk(off.uuid, compute.volume_locator(), disk.locator, "raw")
