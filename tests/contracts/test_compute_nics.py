"""Every driver that plugs NICs gives a guest exactly the NICs that are wished, whatever its power."""

import uuid
from dataclasses import replace

import pytest

from cloudportal.drivers.errors import InvalidSpec, NotThere, OutcomeUnknown, Refused
from compute.drivers.facts import Power, PowerAction, differences
from tests.contracts import specs
from tests.contracts.parallel import at_once


@pytest.fixture
def driver(compute):
    with compute.open() as driver:
        yield driver


@pytest.fixture
def nic(compute):
    return specs.nic(compute.network_locator())


@pytest.fixture
def off(compute, driver, nic):
    """The spec of a guest with one NIC, off."""
    spec = specs.guest(compute, nics=(nic,))
    driver.ensure_guest(spec)
    return spec


@pytest.fixture
def running(driver, off):
    """The same guest, running."""
    driver.set_power(off.uuid, PowerAction.ON)
    return off


def wired(driver, spec, *nics, data=None):
    return driver.ensure_nics(spec.uuid, nics, data)


def test_a_guest_that_is_off_gets_and_loses_nics(compute, driver, off, nic):
    second = specs.nic(compute.network_locator(), 1)

    both = wired(driver, off, nic, second)
    assert [one.mac for one in both.nics] == [nic.mac, second.mac]
    assert differences(replace(off, nics=(nic, second)), both) == ()

    assert [one.mac for one in wired(driver, off, second).nics] == [second.mac]
    assert wired(driver, off).nics == ()


def test_a_running_guest_gets_a_nic_and_keeps_it(compute, driver, running, nic):
    second = specs.nic(compute.network_locator(), 1)

    facts = wired(driver, running, nic, second)
    assert (facts.power, [one.device_index for one in facts.nics]) == (Power.ON, [0, 1])

    compute.turn_off(running.uuid)
    assert [one.mac for one in driver.guest(running.uuid).nics] == [nic.mac, second.mac]


def test_what_fits_is_not_touched(compute, driver, running, nic):
    before = driver.guest(running.uuid)
    assert wired(driver, running, nic) == before


def test_a_cable_is_pulled_and_put_back_while_the_guest_runs(compute, driver, running, nic):
    pulled = replace(nic, is_linked=False)
    assert [one.is_linked for one in wired(driver, running, pulled).nics] == [False]
    assert differences(replace(running, nics=(pulled,)), driver.guest(running.uuid)) == ()
    assert [one.is_linked for one in wired(driver, running, nic).nics] == [True]


def test_a_guest_with_a_pulled_cable_is_made_so(compute, driver, nic):
    spec = specs.guest(compute, nics=(replace(nic, is_linked=False),))
    assert differences(spec, driver.ensure_guest(spec)) == ()


def test_a_running_guest_is_told_other_data_for_its_next_start(compute, driver, running, nic):
    data = replace(running.guest_data, hostname="renamed")
    facts = wired(driver, running, nic, data=data)
    assert (facts.power, facts.guest_data_digest) == (Power.ON, data.digest())
    assert driver.ensure_guest(replace(running, guest_data=data)).power is Power.ON


def test_a_nic_stays_in_its_network(compute, driver, off, nic):
    moved = replace(nic, network_locator=compute.network_locator())
    with pytest.raises(Refused):
        wired(driver, off, moved)
    assert [one.network_locator for one in driver.guest(off.uuid).nics] == [nic.network_locator]


def test_a_running_guest_is_not_plugged_into_a_network_that_is_missing(compute, driver, running, nic):
    with pytest.raises(Refused):
        wired(driver, running, nic, specs.nic(compute.missing_network_locator(), 1))
    assert len(driver.guest(running.uuid).nics) == 1


def test_a_locator_of_another_kind_is_refused(compute, driver, running, nic):
    with pytest.raises((InvalidSpec, Refused)):
        wired(driver, running, nic, specs.nic("made-up:nowhere", 1))


def test_a_guest_that_does_not_let_go_of_its_nic_is_told_of(compute, driver, off):
    # Nothing in this guest's boot sector answers when the card is asked for.
    compute.deafen(off.uuid, off.disks[0].locator)
    driver.set_power(off.uuid, PowerAction.ON)
    with compute.open(timeout_seconds=1) as hurried, pytest.raises(OutcomeUnknown):
        wired(hurried, off)
    assert driver.guest(off.uuid).power is Power.ON


def test_there_is_no_guest_to_plug_into(driver, nic):
    with pytest.raises(NotThere):
        driver.ensure_nics(uuid.uuid4(), (nic,))


def test_two_callers_plug_one_nic(compute, running, nic):
    second = specs.nic(compute.network_locator(), 1)
    with compute.open() as one, compute.open() as other:
        at_once(
            lambda: wired(one, running, nic, second),
            lambda: wired(other, running, nic, second),
        )
        assert [each.mac for each in one.guest(running.uuid).nics] == [nic.mac, second.mac]
