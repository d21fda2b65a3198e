"""Every driver that reads statistics reads the same counters."""

import uuid

import pytest

from cloudportal.drivers.errors import NotThere
from compute.drivers.facts import PowerAction
from tests.contracts import specs


@pytest.fixture
def driver(compute):
    with compute.open() as driver:
        yield driver


@pytest.fixture
def running(compute, driver):
    """The spec of a running guest with two NICs."""
    nics = (specs.nic(compute.network_locator(), 0), specs.nic(compute.network_locator(), 1))
    spec = specs.guest(compute, nics=nics)
    driver.ensure_guest(spec)
    driver.set_power(spec.uuid, PowerAction.ON)
    compute.await_up(spec.uuid)
    yield spec
    driver.remove_guest(spec.uuid)


def test_a_running_guest_has_counters_for_each_of_its_parts(driver, running):
    statistics = driver.guest_statistics(running.uuid)

    assert statistics.uuid == running.uuid
    assert statistics.cpus == 1
    assert statistics.memory_mib == 32
    assert statistics.cpu_time_ns > 0
    assert [disk.device_index for disk in statistics.disks] == [0]
    assert [nic.mac for nic in statistics.nics] == [nic.mac for nic in running.nics]


def test_counters_never_fall_while_a_guest_runs(driver, running):
    first = driver.guest_statistics(running.uuid)
    second = driver.guest_statistics(running.uuid)

    assert second.sampled_at >= first.sampled_at
    assert second.cpu_time_ns >= first.cpu_time_ns
    assert second.disks[0].read_bytes >= first.disks[0].read_bytes


def test_a_guest_that_is_off_has_no_counters(compute, driver):
    spec = specs.guest(compute)
    driver.ensure_guest(spec)

    assert driver.guest_statistics(spec.uuid) is None
    assert spec.uuid not in [statistics.uuid for statistics in driver.all_statistics()]


def test_all_counters_come_at_once(driver, running):
    found = {statistics.uuid: statistics for statistics in driver.all_statistics()}

    assert [nic.mac for nic in found[running.uuid].nics] == [nic.mac for nic in running.nics]
    assert list(found) == sorted(found)


def test_an_unknown_guest_has_no_counters(driver):
    with pytest.raises(NotThere):
        driver.guest_statistics(uuid.uuid4())
