"""Every driver that guards NICs keeps the guards, takes changes as a whole, and starts nothing without them."""

import uuid
from dataclasses import replace

import pytest

from cloudportal.drivers.errors import Refused
from compute.drivers.facts import Power, PowerAction, differences
from compute.drivers.guards import GuardRule, NicGuard
from tests.contracts import specs


@pytest.fixture
def driver(compute):
    with compute.open() as driver:
        yield driver


@pytest.fixture
def nic(compute):
    return replace(specs.nic(compute.network_locator()), is_guarded=True)


def guard_of(nic, **values):
    known = {"addresses": ("10.1.1.5",), "cidr": "10.1.1.0/24", "gateway": "10.1.1.1", **values}
    return NicGuard(uuid=nic.uuid, mac=nic.mac, **known)


RULES = (
    GuardRule(direction="in", protocol="tcp", first_port=80, last_port=443, cidr="10.0.0.0/8"),
    GuardRule(direction="in", protocol="icmp", icmp_type=8, icmp_code=0),
    GuardRule(direction="in", protocol="udp"),
    GuardRule(direction="out"),
)


def test_a_guarded_guest_starts_with_its_guard_and_not_without(compute, driver, nic):
    spec = specs.guest(compute, nics=(nic,))
    with pytest.raises(Refused):
        driver.ensure_guest(spec)
        driver.set_power(spec.uuid, PowerAction.ON)

    driver.ensure_guards((guard_of(nic, rules=RULES),))
    facts = driver.ensure_guest(spec)
    assert differences(spec, facts) == ()
    assert driver.set_power(spec.uuid, PowerAction.ON).power is Power.ON


def test_a_guard_changes_while_the_guest_runs(compute, driver, nic):
    spec = specs.guest(compute, nics=(nic,))
    driver.ensure_guards((guard_of(nic),))
    driver.ensure_guest(spec)
    driver.set_power(spec.uuid, PowerAction.ON)

    for rules in (RULES, RULES[:1], (), None):
        driver.ensure_guards((guard_of(nic, rules=rules),))

    assert driver.guest(spec.uuid).power is Power.ON
    assert nic.uuid in driver.guarded()


def test_what_somebody_changes_at_the_host_is_seen_and_put_back(compute, driver, nic):
    spec, guards = specs.guest(compute, nics=(nic,)), (guard_of(nic, rules=RULES),)
    told = driver.ensure_guards(guards)
    assert driver.ensure_guards(guards) == told
    driver.ensure_guest(spec)
    driver.set_power(spec.uuid, PowerAction.ON)
    assert driver.guarded()[nic.uuid] == told[nic.uuid]

    compute.open_guard(nic.uuid)
    assert driver.guarded()[nic.uuid] != told[nic.uuid]
    compute.let_loose(spec.uuid, nic.mac)
    (seen,) = next(one for one in driver.list_guests() if one.uuid == spec.uuid).nics
    assert (seen.is_linked, seen.guard) == (False, "")

    driver.ensure_guards(guards)
    (again,) = driver.ensure_nics(spec.uuid, (nic,)).nics
    assert (again.is_linked, again.guard) == (True, str(nic.uuid))
    assert driver.guarded()[nic.uuid] == told[nic.uuid]


def test_a_running_guest_gets_a_guarded_nic(compute, driver, nic):
    spec = specs.guest(compute)
    driver.ensure_guest(spec)
    driver.set_power(spec.uuid, PowerAction.ON)
    with pytest.raises(Refused):
        driver.ensure_nics(spec.uuid, (nic,))

    driver.ensure_guards((guard_of(nic),))
    assert [one.guard for one in driver.ensure_nics(spec.uuid, (nic,)).nics] == [str(nic.uuid)]


def test_a_nic_that_runs_unguarded_is_guarded(compute, driver, nic):
    spec = specs.guest(compute, nics=(replace(nic, is_guarded=False),))
    driver.ensure_guest(spec)
    driver.set_power(spec.uuid, PowerAction.ON)

    driver.ensure_guards((guard_of(nic, rules=RULES),))
    assert [one.guard for one in driver.ensure_nics(spec.uuid, (nic,)).nics] == [str(nic.uuid)]


def test_a_guard_in_use_is_not_removed(compute, driver, nic):
    spec = specs.guest(compute, nics=(nic,))
    driver.ensure_guards((guard_of(nic),))
    driver.ensure_guest(spec)
    driver.set_power(spec.uuid, PowerAction.ON)

    with pytest.raises(Refused):
        driver.remove_guards((nic.uuid,))

    driver.remove_guest(spec.uuid)
    driver.remove_guards((nic.uuid,))
    assert nic.uuid not in driver.guarded()


def test_removing_what_is_not_there_succeeds(driver):
    assert driver.remove_guards((uuid.uuid4(),)) is None
