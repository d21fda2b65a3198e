"""Every driver that runs guests holds them to what their size allows, or says that it cannot."""

from dataclasses import replace

import pytest

from cloudportal.drivers.errors import NotThere
from compute.drivers.facts import Power, PowerAction, differences
from compute.drivers.limits import DiskLimits
from tests.contracts import specs

LIMITS = DiskLimits(read_iops=500, write_iops=250, read_bytes=1_000_000, write_bytes=2_000_000)


@pytest.fixture
def driver(compute):
    with compute.open() as driver:
        yield driver


def limited(compute):
    disks = (
        replace(specs.disk(compute.volume_locator()), limits=LIMITS),
        specs.disk(compute.volume_locator(), 1),
    )
    nics = (replace(specs.nic(compute.network_locator()), rate_mbits=100),)
    return specs.guest(compute, disks=disks, nics=nics, cpu_cap_percent=40)


def test_a_guest_is_made_with_its_limits(compute, driver):
    spec = limited(compute)

    facts = driver.ensure_guest(spec)

    assert differences(spec, facts) == ()
    assert [disk.limits for disk in facts.disks] == [LIMITS, DiskLimits()]
    assert (facts.nics[0].rate_mbits, facts.cpu_cap_percent) == (100, 40)


def test_a_guest_that_is_off_takes_on_other_limits(compute, driver):
    spec = limited(compute)
    driver.ensure_guest(spec)
    slower = replace(spec, disks=(replace(spec.disks[0], limits=DiskLimits(read_iops=7)), spec.disks[1]))

    assert driver.ensure_guest(slower).disks[0].limits == DiskLimits(read_iops=7)


def test_a_guest_starts_with_the_limits_that_its_host_can_keep(compute, driver):
    can = driver.host_facts()
    spec = limited(compute)
    spec = replace(
        spec,
        cpu_cap_percent=spec.cpu_cap_percent if can.can_cap_cpu else None,
        nics=spec.nics if can.can_cap_network else (),
    )
    driver.ensure_guest(spec)

    running = driver.set_power(spec.uuid, PowerAction.ON)

    assert running.power is Power.ON
    assert differences(spec, running) == ()


def test_a_host_says_the_same_of_itself_each_time_and_keeps_nothing_of_the_trial(compute, driver):
    before = driver.list_guests()
    first, second = driver.host_facts(), driver.host_facts()

    assert (first.can_cap_cpu, first.can_cap_network) == (second.can_cap_cpu, second.can_cap_network)
    assert driver.list_guests() == before


def test_a_disk_is_held_to_other_limits_whatever_the_power(compute, driver):
    spec = limited(compute)
    spec = replace(spec, cpu_cap_percent=None, nics=())
    first, second = driver.ensure_guest(spec).disks
    driver.limit_disk(spec.uuid, first.locator, DiskLimits(write_iops=9))
    assert driver.guest(spec.uuid).disks[0].limits == DiskLimits(write_iops=9)
    driver.set_power(spec.uuid, PowerAction.ON)

    driver.limit_disk(spec.uuid, first.locator, DiskLimits())
    driver.limit_disk(spec.uuid, second.locator, LIMITS)

    assert [disk.limits for disk in driver.guest(spec.uuid).disks] == [DiskLimits(), LIMITS]
    driver.set_power(spec.uuid, PowerAction.OFF, force=True)
    assert [disk.limits for disk in driver.guest(spec.uuid).disks] == [DiskLimits(), LIMITS]
    with pytest.raises(NotThere):
        driver.limit_disk(spec.uuid, compute.volume_locator(), LIMITS)
