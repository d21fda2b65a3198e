"""Every storage driver makes its pool and describes it alike."""

import uuid
from dataclasses import replace

import pytest

from cloudportal.drivers.errors import NotThere, OutcomeUnknown, Refused, Unreachable
from storage.drivers.contract import VolumeSpec
from tests.contracts.parallel import at_once
from tests.contracts.shares import storage_with_shares  # noqa: F401

VOLUME = uuid.uuid4()

CALLS = {
    "pool_facts": lambda driver: driver.pool_facts(),
    "list_volumes": lambda driver: driver.list_volumes(),
    "find_volume": lambda driver: driver.find_volume(VOLUME),
    "ensure_volume": lambda driver: driver.ensure_volume(VolumeSpec(uuid=VOLUME, size_bytes=1 << 20)),
    "remove_volume": lambda driver: driver.remove_volume(VOLUME),
    "find_image": lambda driver: driver.find_image(VOLUME),
    "remove_image": lambda driver: driver.remove_image(VOLUME),
}


@pytest.fixture
def driver(storage):
    with storage.open() as driver:
        yield driver


def test_a_made_pool_is_active_and_has_room(storage, driver):
    facts = driver.ensure_pool(storage.pool_spec)

    assert facts.uuid == storage.pool_spec.uuid
    assert facts.is_active
    assert 0 < facts.available_bytes <= facts.capacity_bytes
    assert facts.used_bytes >= 0
    assert driver.pool_facts().capacity_bytes == facts.capacity_bytes


def test_making_a_pool_again_changes_nothing(storage, driver):
    driver.ensure_pool(storage.pool_spec)
    driver.ensure_volume(VolumeSpec(uuid=VOLUME, size_bytes=1 << 20))

    driver.ensure_pool(storage.pool_spec)

    assert [volume.uuid for volume in driver.list_volumes()] == [VOLUME]


def test_two_callers_make_one_pool(storage):
    with storage.open() as one, storage.open() as other:
        answers = at_once(
            lambda: one.ensure_pool(storage.pool_spec), lambda: other.ensure_pool(storage.pool_spec)
        )

    assert [answer.uuid for answer in answers] == [storage.pool_spec.uuid] * 2


def test_a_place_that_another_pool_has_is_refused(storage, driver):
    driver.ensure_pool(storage.pool_spec)

    with pytest.raises(Refused):
        driver.ensure_pool(replace(storage.pool_spec, uuid=uuid.uuid4()))


def test_a_place_that_was_left_is_anothers_to_have(storage, driver):
    driver.ensure_pool(storage.pool_spec)
    for _ in range(2):
        driver.leave_pool(storage.pool_spec.uuid)
    another = replace(storage.pool_spec, uuid=uuid.uuid4())
    assert driver.ensure_pool(another).uuid == another.uuid


@pytest.mark.parametrize("call", ["pool_facts", "list_volumes", "ensure_volume"])
def test_a_pool_that_was_never_made_is_not_there(driver, call):
    with pytest.raises(NotThere):
        CALLS[call](driver)


@pytest.mark.parametrize("call", CALLS)
def test_a_pool_that_cannot_be_reached_is_reported_as_such(storage, call):
    with storage.open_unreachable() as driver, pytest.raises(Unreachable):
        CALLS[call](driver)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_ends_when_the_pool_does_not_answer_in_time(storage, call):
    with storage.open(timeout_seconds=5) as driver:
        driver.ensure_pool(storage.pool_spec)
        driver.timeout_seconds = 0.5
        with storage.hanging(), pytest.raises(OutcomeUnknown):
            CALLS[call](driver)
