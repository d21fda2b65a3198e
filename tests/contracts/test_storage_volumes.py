"""Every storage driver makes, finds, lists and removes volumes alike."""

import uuid
from dataclasses import replace

import pytest

from cloudportal.drivers.errors import NotThere, Refused
from storage.drivers.contract import PROVISIONING, VolumeSpec
from tests.contracts.parallel import at_once
from tests.contracts.rigs.simulated import raw_image

MIB = 1 << 20


@pytest.fixture
def driver(storage):
    with storage.open() as driver:
        driver.ensure_pool(storage.pool_spec)
        yield driver


@pytest.fixture
def image(driver):
    """A raw image that is in the pool."""
    spec, source = raw_image()
    driver.ensure_image(spec, source)
    return spec


def volume(**changes):
    return VolumeSpec(**{"uuid": uuid.uuid4(), "size_bytes": 4 * MIB, **changes})


@pytest.mark.parametrize("image_format", ["qcow2", "raw"])
def test_a_made_volume_is_as_wished(driver, image_format):
    spec = volume(format=image_format)

    facts = driver.ensure_volume(spec)

    assert (facts.uuid, facts.size_bytes, facts.format, facts.base_image) == (
        spec.uuid,
        4 * MIB,
        image_format,
        None,
    )
    assert facts.locator
    assert driver.find_volume(spec.uuid) == facts


def test_an_empty_volume_takes_hardly_any_room(driver):
    assert driver.ensure_volume(volume(size_bytes=1024 * MIB)).allocated_bytes < MIB


@pytest.mark.parametrize("volume_format", ["qcow2", "raw"])
def test_a_volume_takes_what_its_provisioning_says(driver, volume_format):
    taken = {
        one: driver.ensure_volume(
            volume(size_bytes=64 * MIB, format=volume_format, provisioning=one)
        ).allocated_bytes
        for one in PROVISIONING
    }

    assert taken["thin"] <= taken["sparse"] < MIB
    assert taken["fat"] >= 64 * MIB


def test_the_map_of_a_sparse_volume_is_made_beforehand(driver):
    thin, sparse = (
        driver.ensure_volume(volume(size_bytes=1024 * MIB, provisioning=one)) for one in ("thin", "sparse")
    )
    assert sparse.allocated_bytes >= thin.allocated_bytes + 1024 * MIB // (64 * 1024) * 8


def test_a_volume_from_an_image_refers_to_it(driver, image):
    facts = driver.ensure_volume(volume(base_image=image.image_id))

    assert facts.base_image == image.image_id
    assert facts.size_bytes == 4 * MIB
    assert facts.allocated_bytes < MIB


def test_a_volume_may_not_be_smaller_than_its_image(driver, image):
    spec = volume(base_image=image.image_id, size_bytes=MIB)

    with pytest.raises(Refused):
        driver.ensure_volume(spec)

    assert driver.find_volume(spec.uuid) is None


def test_a_volume_from_an_image_that_is_not_there_is_not_made(driver):
    spec = volume(base_image=uuid.uuid4())

    with pytest.raises(NotThere):
        driver.ensure_volume(spec)

    assert driver.find_volume(spec.uuid) is None


def test_making_a_volume_again_changes_nothing(driver, image):
    spec = volume(base_image=image.image_id)
    first = driver.ensure_volume(spec)

    assert driver.ensure_volume(spec) == first
    assert [volume.uuid for volume in driver.list_volumes()] == [spec.uuid]


def test_two_callers_make_one_volume(storage, driver, image):
    spec = volume(base_image=image.image_id)
    with storage.open() as other:
        answers = at_once(lambda: driver.ensure_volume(spec), lambda: other.ensure_volume(spec))

    assert answers[0] == answers[1]
    assert [volume.uuid for volume in driver.list_volumes()] == [spec.uuid]


@pytest.mark.parametrize(
    "changes", [{"size_bytes": 8 * MIB}, {"format": "raw"}, {"base_image": uuid.uuid4()}]
)
def test_a_volume_of_another_shape_is_refused_and_left_alone(driver, changes):
    spec = volume()
    first = driver.ensure_volume(spec)

    with pytest.raises(Refused):
        driver.ensure_volume(replace(spec, **changes))

    assert driver.find_volume(spec.uuid) == first


@pytest.mark.parametrize("image_format", ["qcow2", "raw"])
def test_a_volume_that_the_pool_cannot_hold_leaves_nothing(storage, driver, image_format):
    spec = volume(size_bytes=1 << 62, format=image_format)

    with pytest.raises(Refused):
        driver.ensure_volume(spec)

    assert driver.find_volume(spec.uuid) is None
    assert storage.leftovers(spec.uuid) == ()


def test_a_removed_volume_is_gone(storage, driver):
    spec = volume()
    driver.ensure_volume(spec)

    driver.remove_volume(spec.uuid)

    assert driver.find_volume(spec.uuid) is None
    assert driver.list_volumes() == ()
    assert storage.leftovers(spec.uuid) == ()


def test_removing_what_is_not_there_succeeds(driver):
    assert driver.remove_volume(uuid.uuid4()) is None


def test_two_callers_remove_one_volume(storage, driver):
    spec = volume()
    driver.ensure_volume(spec)
    with storage.open() as other:
        at_once(lambda: driver.remove_volume(spec.uuid), lambda: other.remove_volume(spec.uuid))

    assert driver.find_volume(spec.uuid) is None


def test_a_volume_that_a_running_guest_uses_is_kept(storage, driver, image):
    spec = volume(base_image=image.image_id)
    facts = driver.ensure_volume(spec)

    with storage.running_guest(facts), pytest.raises(Refused):
        driver.remove_volume(spec.uuid)

    assert driver.find_volume(spec.uuid) is not None


def test_a_volume_that_vanished_is_not_found_and_can_be_made_again(storage, driver):
    spec = volume()
    storage.lose_volume(driver.ensure_volume(spec))

    assert driver.find_volume(spec.uuid) is None
    assert driver.ensure_volume(spec).uuid == spec.uuid


def test_the_list_has_every_volume_in_the_order_of_the_ids_and_no_image(driver, image):
    made = sorted(driver.ensure_volume(volume()).uuid for _ in range(3))

    assert [facts.uuid for facts in driver.list_volumes()] == made
