"""Every driver that resizes guests gives a running one more CPUs and memory alike, and nothing that it may not have."""

import uuid

import pytest

from cloudportal.drivers.errors import NotThere, Refused
from compute.drivers.facts import Power, PowerAction, differences
from tests.contracts import specs
from tests.contracts.parallel import at_once


@pytest.fixture
def driver(compute):
    with compute.open() as driver:
        yield driver


@pytest.fixture
def spec(compute):
    """A guest that may grow to four CPUs and 544 MiB."""
    return specs.guest(compute, most_cpus=4, most_memory_mib=32 + 4 * 128)


@pytest.fixture
def running(driver, spec):
    """The same, running."""
    driver.ensure_guest(spec)
    driver.set_power(spec.uuid, PowerAction.ON)
    yield spec
    driver.remove_guest(spec.uuid)


def size(facts):
    return facts.cpus, facts.memory_mib


def test_a_guest_says_how_far_it_can_grow(driver, spec):
    facts = driver.ensure_guest(spec)

    assert differences(spec, facts) == ()
    assert size(facts) == (1, 32)
    assert (facts.most_cpus, facts.most_memory_mib) == (4, 544)


def test_a_running_guest_grows_and_keeps_it_when_it_goes_off_and_on(driver, running):
    step = driver.memory_step_mib

    assert size(driver.grow_guest(running.uuid, cpus=2, memory_mib=32 + step)) == (2, 32 + step)
    grown = driver.grow_guest(running.uuid, cpus=4, memory_mib=32 + 3 * step)
    assert (size(grown), grown.power) == ((4, 32 + 3 * step), Power.ON)
    assert driver.guest(running.uuid) == grown

    driver.set_power(running.uuid, PowerAction.OFF, force=True)
    assert size(driver.guest(running.uuid)) == size(grown)
    driver.set_power(running.uuid, PowerAction.ON)
    assert size(driver.guest(running.uuid)) == size(grown)


def test_growing_again_changes_nothing(driver, running):
    first = driver.grow_guest(running.uuid, cpus=2, memory_mib=160)

    assert driver.grow_guest(running.uuid, cpus=2, memory_mib=160) == first


def test_two_callers_grow_one_guest(compute, running):
    with compute.open() as one, compute.open() as other:
        at_once(
            lambda: one.grow_guest(running.uuid, cpus=2, memory_mib=32),
            lambda: other.grow_guest(running.uuid, cpus=2, memory_mib=32),
        )

        assert size(one.guest(running.uuid)) == (2, 32)


@pytest.mark.parametrize(
    ("cpus", "memory_mib"),
    [(5, 32), (1, 672), (0, 32), (1, 16), (1, 32 + 64)],
    ids=["too many CPUs", "too much memory", "fewer CPUs", "less memory", "half a step"],
)
def test_what_it_may_not_have_is_refused_and_changes_nothing(driver, running, cpus, memory_mib):
    with pytest.raises(Refused):
        driver.grow_guest(running.uuid, cpus=cpus, memory_mib=memory_mib)

    assert size(driver.guest(running.uuid)) == (1, 32)


def test_a_guest_that_is_off_is_not_grown(driver, spec):
    driver.ensure_guest(spec)

    with pytest.raises(Refused):
        driver.grow_guest(spec.uuid, cpus=2, memory_mib=160)


def test_a_guest_that_was_made_without_room_does_not_grow(compute, driver):
    spec = specs.guest(compute)
    facts = driver.ensure_guest(spec)
    driver.set_power(spec.uuid, PowerAction.ON)

    assert (facts.most_cpus, facts.most_memory_mib) == (None, None)
    with pytest.raises(Refused):
        driver.grow_guest(spec.uuid, cpus=2, memory_mib=32)


def test_an_unknown_guest_does_not_grow(driver):
    with pytest.raises(NotThere):
        driver.grow_guest(uuid.uuid4(), cpus=1, memory_mib=32)
