"""Every driver that runs guests makes, finds, lists and removes them alike."""

import uuid
from dataclasses import replace

import pytest

from cloudportal.drivers.errors import Refused
from compute.drivers.facts import Power, PowerAction, differences
from tests.contracts import specs
from tests.contracts.parallel import at_once


@pytest.fixture
def driver(compute):
    with compute.open() as driver:
        yield driver


def test_a_host_that_answers_passes_its_check(driver):
    assert driver.check() is None


def test_a_host_describes_itself(compute, driver):
    facts = driver.host_facts()

    assert facts.cpus > 0
    assert facts.cpu_mhz > 0
    assert 0 < facts.free_memory_mib <= facts.memory_mib
    assert facts.uuid and facts.hostname and facts.hypervisor and facts.hypervisor_version
    assert facts.architecture == "x86_64"
    assert facts.acceleration in compute.accelerations


def test_a_host_keeps_its_own_id(compute, driver):
    with compute.open() as another:
        assert driver.host_facts().uuid == another.host_facts().uuid


def test_a_made_guest_is_as_wished_and_off(compute, driver):
    spec = specs.guest(compute, cpus=2, nics=(specs.nic(compute.network_locator()),))

    facts = driver.ensure_guest(spec)

    assert differences(spec, facts) == ()
    assert facts.uuid == spec.uuid
    assert facts.power is Power.OFF
    assert driver.find_guest(spec.uuid) == facts


def test_a_guest_keeps_the_order_of_its_disks_and_nics(compute, driver):
    disks = tuple(specs.disk(compute.volume_locator(), index) for index in (2, 0, 1))
    nics = tuple(specs.nic(compute.network_locator(), index) for index in (1, 0))

    facts = driver.ensure_guest(specs.guest(compute, disks=disks, nics=nics))

    assert [disk.locator for disk in facts.disks] == [disks[1].locator, disks[2].locator, disks[0].locator]
    assert [nic.mac for nic in facts.nics] == [nics[1].mac, nics[0].mac]


def test_a_guest_without_data_of_its_own_has_none(compute, driver):
    assert driver.ensure_guest(specs.guest(compute, guest_data=None)).guest_data_digest is None


def test_a_name_full_of_marks_is_kept_as_it_is(compute, driver):
    name = '<a href="x">&\'%s{}\\ Größe'

    assert driver.ensure_guest(specs.guest(compute, name=name)).name == name


def test_making_a_guest_again_changes_nothing(compute, driver):
    spec = specs.guest(compute)
    first = driver.ensure_guest(spec)

    assert driver.ensure_guest(spec) == first
    assert [guest.uuid for guest in driver.list_guests()].count(spec.uuid) == 1


def test_making_a_running_guest_again_leaves_it_running(compute, driver):
    spec = specs.guest(compute)
    driver.ensure_guest(spec)
    driver.set_power(spec.uuid, PowerAction.ON)

    assert driver.ensure_guest(spec).power is Power.ON


def test_two_callers_make_one_guest(compute):
    spec = specs.guest(compute)
    with compute.open() as one, compute.open() as other:
        answers = at_once(lambda: one.ensure_guest(spec), lambda: other.ensure_guest(spec))

        assert answers[0] == answers[1]
        assert [guest.uuid for guest in one.list_guests()].count(spec.uuid) == 1


def test_a_guest_that_is_off_takes_on_another_shape(compute, driver):
    spec = specs.guest(compute)
    driver.ensure_guest(spec)
    data = replace(spec.guest_data, hostname="renamed")
    changed = replace(spec, cpus=2, memory_mib=48, name="renamed", guest_data=data)

    assert differences(changed, driver.ensure_guest(changed)) == ()


def test_a_running_guest_is_told_other_things_when_it_starts_next(compute, driver):
    spec = specs.guest(compute)
    driver.ensure_guest(spec)
    first = driver.set_power(spec.uuid, PowerAction.ON)
    changed = replace(spec, guest_data=replace(spec.guest_data, hostname="renamed"))

    assert driver.ensure_guest(changed) == first

    driver.set_power(spec.uuid, PowerAction.OFF, force=True)
    assert differences(changed, driver.ensure_guest(changed)) == ()


def test_a_running_guest_keeps_its_shape(compute, driver):
    spec = specs.guest(compute)
    driver.ensure_guest(spec)
    running = driver.set_power(spec.uuid, PowerAction.ON)

    with pytest.raises(Refused):
        driver.ensure_guest(replace(spec, cpus=2))

    assert driver.guest(spec.uuid) == running


def test_a_guest_that_the_host_refuses_leaves_nothing(compute, driver):
    spec = specs.guest(compute, cpus=1024)

    with pytest.raises(Refused):
        driver.ensure_guest(spec)

    assert driver.find_guest(spec.uuid) is None
    assert compute.leftovers(spec.uuid) == ()


def test_a_disk_that_no_driver_of_this_kind_made_is_refused(compute, driver):
    spec = specs.guest(compute, disks=(specs.disk("made-up:nowhere"),))

    with pytest.raises(Refused):
        driver.ensure_guest(spec)

    assert driver.find_guest(spec.uuid) is None


def test_a_removed_guest_is_gone_with_all_that_was_made_for_it(compute, driver):
    spec = specs.guest(compute)
    driver.ensure_guest(spec)

    driver.remove_guest(spec.uuid)

    assert driver.find_guest(spec.uuid) is None
    assert compute.leftovers(spec.uuid) == ()


def test_removing_a_running_guest_turns_it_off(compute, driver):
    spec = specs.guest(compute)
    driver.ensure_guest(spec)
    driver.set_power(spec.uuid, PowerAction.ON)

    driver.remove_guest(spec.uuid)

    assert driver.find_guest(spec.uuid) is None


def test_removing_what_is_not_there_succeeds(driver):
    assert driver.remove_guest(uuid.uuid4()) is None


def test_two_callers_remove_one_guest(compute):
    spec = specs.guest(compute)
    with compute.open() as one, compute.open() as other:
        one.ensure_guest(spec)
        one.set_power(spec.uuid, PowerAction.ON)

        at_once(lambda: one.remove_guest(spec.uuid), lambda: other.remove_guest(spec.uuid))

        assert one.find_guest(spec.uuid) is None


def test_a_removed_guest_can_be_made_again(compute, driver):
    spec = specs.guest(compute)
    first = driver.ensure_guest(spec)
    driver.remove_guest(spec.uuid)

    assert driver.ensure_guest(spec) == first


def test_an_unknown_guest_is_not_found(driver):
    assert driver.find_guest(uuid.uuid4()) is None


def test_the_list_has_every_guest_in_the_order_of_the_ids(compute, driver):
    made = sorted(driver.ensure_guest(specs.guest(compute)).uuid for _ in range(3))

    listed = [guest.uuid for guest in driver.list_guests()]

    assert [uuid for uuid in listed if uuid in made] == made
    assert listed == sorted(listed)


def test_the_list_has_guests_that_are_not_ours(compute, driver):
    strange = compute.add_strange_guest("somebody-elses")

    assert (strange, "somebody-elses") in [(guest.uuid, guest.name) for guest in driver.list_guests()]
