"""Every driver that can copies the disk of a running guest whole."""

import uuid

import pytest

from cloudportal.drivers.errors import NotThere, Refused
from compute.drivers.facts import PowerAction
from tests.contracts import specs
from tests.support import bootsectors


@pytest.fixture
def guest(compute):
    """The spec of a running guest, and its driver."""
    spec = specs.guest(compute)
    with compute.open() as driver:
        driver.ensure_guest(spec)
        driver.set_power(spec.uuid, PowerAction.ON)
        yield spec, driver
        driver.remove_guest(spec.uuid)


def test_the_disk_of_a_running_guest_is_copied_whole(compute, guest):
    spec, driver = guest
    target = compute.copy_target()

    driver.copy_disk(spec.uuid, spec.disks[0].locator, target)

    assert compute.copied_bytes(target) == bootsectors.DISK_BYTES
    assert driver.guest(spec.uuid).power == "on"


def test_two_copies_in_turn_are_two_files(compute, guest):
    spec, driver = guest
    targets = [compute.copy_target(), compute.copy_target()]

    for target in targets:
        driver.copy_disk(spec.uuid, spec.disks[0].locator, target, is_quiet=True)

    assert [compute.copied_bytes(target) for target in targets] == [bootsectors.DISK_BYTES] * 2


def test_a_disk_that_the_guest_does_not_have_is_not_there(compute, guest):
    spec, driver = guest
    with pytest.raises(NotThere):
        driver.copy_disk(spec.uuid, compute.volume_locator(), compute.copy_target())


def test_a_guest_that_is_off_is_not_copied_through(compute, guest):
    spec, driver = guest
    driver.set_power(spec.uuid, PowerAction.OFF, force=True)
    with pytest.raises(Refused):
        driver.copy_disk(spec.uuid, spec.disks[0].locator, compute.copy_target())


def test_a_guest_that_is_not_there_is_not_copied(compute, guest):
    spec, driver = guest
    with pytest.raises(NotThere):
        driver.copy_disk(uuid.uuid4(), spec.disks[0].locator, compute.copy_target())
