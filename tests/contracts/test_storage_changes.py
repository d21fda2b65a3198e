"""Every storage driver that can makes volumes larger and copies them alike."""

import subprocess
import uuid
from dataclasses import replace

import pytest

from cloudportal.drivers.errors import NotThere, Refused
from storage.drivers.contract import PoolSpec, VolumeFacts, VolumeSpec
from tests.contracts.rigs.simulated import image_spec, raw_image
from tests.contracts.shares import storage_with_shares  # noqa: F401
from tests.support import bootsectors

MIB = 1 << 20


@pytest.fixture
def driver(storage):
    with storage.open() as driver:
        driver.ensure_pool(storage.pool_spec)
        yield driver


@pytest.fixture
def other(storage):
    """Another pool that the same host reaches."""
    with storage.open_other() as driver:
        driver.ensure_pool(PoolSpec(uuid=uuid.UUID(int=3), name="other"))
        yield driver


@pytest.fixture
def from_image(driver):
    """A volume that leans on an image."""
    spec, source = raw_image()
    driver.ensure_image(spec, source)
    return driver.ensure_volume(volume(base_image=spec.image_id))


def volume(**changes):
    return VolumeSpec(**{"uuid": uuid.uuid4(), "size_bytes": 4 * MIB, **changes})


@pytest.mark.parametrize("volume_format", ["qcow2", "raw"])
def test_a_volume_grows_and_never_shrinks(driver, volume_format):
    facts = driver.ensure_volume(volume(format=volume_format))
    grown = driver.grow_volume(facts.uuid, 8 * MIB)
    assert (grown.size_bytes, grown.locator) == (8 * MIB, facts.locator)
    assert driver.grow_volume(facts.uuid, 4 * MIB).size_bytes == 8 * MIB


def test_a_volume_that_leans_on_an_image_grows_over_it(driver, storage, from_image):
    grown = driver.grow_volume(from_image.uuid, 8 * MIB)
    assert (grown.size_bytes, grown.base_image) == (8 * MIB, from_image.base_image)
    assert storage.begins_with(grown, bootsectors.HEEDING)


def test_what_a_guest_uses_is_left_alone(driver, storage):
    facts = driver.ensure_volume(volume(format="raw"))
    with storage.running_guest(facts):
        with pytest.raises(Refused):
            driver.grow_volume(facts.uuid, 8 * MIB)
        with pytest.raises(Refused):
            driver.copy_volume(volume(format="raw"), facts)
    assert driver.volume(facts.uuid).size_bytes == 4 * MIB


def test_a_copy_is_whole_and_leans_on_nothing(driver, storage, from_image):
    spec = volume(size_bytes=8 * MIB)
    copied = driver.copy_volume(spec, from_image)
    assert (copied.uuid, copied.size_bytes, copied.base_image) == (spec.uuid, 8 * MIB, None)
    driver.remove_volume(from_image.uuid)
    driver.remove_image(from_image.base_image)
    assert storage.begins_with(driver.volume(spec.uuid), bootsectors.HEEDING)


@pytest.mark.parametrize("size_bytes", [4 * MIB, 8 * MIB])
@pytest.mark.parametrize("volume_format", ["qcow2", "raw"])
def test_a_fat_copy_has_all_of_its_room(driver, storage, from_image, volume_format, size_bytes):
    spec = volume(size_bytes=size_bytes, format=volume_format, provisioning="fat")
    copied = driver.copy_volume(spec, from_image)
    assert (copied.size_bytes, copied.format, copied.base_image) == (size_bytes, volume_format, None)
    assert copied.allocated_bytes >= size_bytes
    assert storage.begins_with(copied, bootsectors.HEEDING)
    assert [name for name in storage.leftovers(spec.uuid) if name.startswith("staged")] == []


def test_a_copy_that_was_begun_before_is_made_anew(driver, from_image):
    spec = volume()
    driver.ensure_volume(spec)
    assert driver.copy_volume(spec, from_image).size_bytes == spec.size_bytes
    assert [one.uuid for one in driver.list_volumes()].count(spec.uuid) == 1


def test_a_volume_is_copied_to_another_pool(driver, other, storage, from_image):
    spec = volume()
    copied = other.copy_volume(spec, from_image)
    assert other.find_volume(spec.uuid) == copied
    assert driver.find_volume(spec.uuid) is None
    assert storage.begins_with(copied, bootsectors.HEEDING)


def test_what_is_not_there_is_neither_copied_nor_grown(driver, from_image):
    driver.remove_volume(from_image.uuid)
    with pytest.raises(NotThere):
        driver.copy_volume(volume(), from_image)
    with pytest.raises(NotThere):
        driver.grow_volume(uuid.uuid4(), 8 * MIB)
    assert driver.list_volumes() == ()


def test_a_source_that_is_no_locator_of_this_kind_is_refused(driver, from_image):
    with pytest.raises(Refused):
        driver.copy_volume(volume(), replace(from_image, locator="file:/etc/../etc/passwd"))


@pytest.mark.parametrize("image_format", ["qcow2", "raw"])
def test_a_volume_is_filled_with_an_image_and_leans_on_nothing(driver, storage, image_format, tmp_path):
    plain, image = tmp_path / "plain", tmp_path / "image"
    plain.write_bytes(bootsectors.disk(bootsectors.HEEDING))
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", image_format, plain, image], check=True)
    spec = image_spec(image.read_bytes(), image_format)
    driver.ensure_image(spec, image)
    facts = VolumeFacts(
        uuid=spec.image_id,
        locator=driver.image_locator(spec.image_id),
        size_bytes=MIB,
        allocated_bytes=spec.size_bytes,
        format=spec.format,
    )
    filled = driver.copy_volume(volume(size_bytes=8 * MIB), facts)
    assert (filled.size_bytes, filled.format, filled.base_image) == (8 * MIB, "qcow2", None)
    assert storage.begins_with(filled, bootsectors.HEEDING)
    driver.remove_image(spec.image_id)
    assert storage.begins_with(filled, bootsectors.HEEDING)
