"""Every storage driver that takes snapshots copies volumes whole and lets the copies be read."""

import uuid

import pytest

from cloudportal.drivers.errors import NotThere, Refused
from storage.drivers.contract import VolumeSpec
from storage.inspection import inspect
from tests.contracts.rigs.simulated import raw_image

MIB = 1 << 20


@pytest.fixture
def driver(storage):
    with storage.open() as driver:
        driver.ensure_pool(storage.pool_spec)
        yield driver


@pytest.fixture
def volume(driver):
    """A volume that stands on an image."""
    spec, source = raw_image()
    driver.ensure_image(spec, source)
    return driver.ensure_volume(VolumeSpec(uuid=uuid.uuid4(), size_bytes=4 * MIB, base_image=spec.image_id))


def test_a_copy_is_a_whole_image_that_leans_on_nothing(driver, volume, tmp_path):
    copy = uuid.uuid4()

    facts = driver.take_snapshot(copy, volume.uuid)

    read = tmp_path / "read.qcow2"
    read.write_bytes(b"".join(driver.read_snapshot(copy)))
    assert facts.virtual_size_bytes == 4 * MIB
    assert facts.locator == driver.snapshot_locator(copy)
    assert inspect(read, format="qcow2").virtual_size_bytes == 4 * MIB


def test_a_copy_outlives_its_volume_and_is_no_volume(driver, volume):
    copy = uuid.uuid4()
    taken = driver.take_snapshot(copy, volume.uuid)

    driver.remove_volume(volume.uuid)

    assert driver.find_snapshot(copy) == taken
    assert driver.list_volumes() == ()


def test_copying_again_replaces_the_copy(driver, volume):
    copy = uuid.uuid4()
    first = driver.take_snapshot(copy, volume.uuid)

    assert driver.take_snapshot(copy, volume.uuid) == first


def test_a_volume_that_is_not_there_is_not_copied(driver):
    copy = uuid.uuid4()
    with pytest.raises(NotThere):
        driver.take_snapshot(copy, uuid.uuid4())
    assert driver.find_snapshot(copy) is None


def test_a_volume_that_a_running_guest_uses_is_not_copied(storage, driver, volume):
    copy = uuid.uuid4()
    with storage.running_guest(volume), pytest.raises(Refused):
        driver.take_snapshot(copy, volume.uuid)
    assert driver.find_snapshot(copy) is None


def test_a_removed_copy_is_gone_and_cannot_be_read(storage, driver, volume):
    copy = uuid.uuid4()
    driver.take_snapshot(copy, volume.uuid)

    driver.remove_snapshot(copy)
    driver.remove_snapshot(copy)

    assert driver.find_snapshot(copy) is None
    assert storage.leftovers(copy) == ()
    with pytest.raises(NotThere):
        list(driver.read_snapshot(copy))
