"""What only a real host shows: seeds that come and go with their guests, and failures that leave nothing."""

import uuid
from dataclasses import replace

import pytest

from cloudportal.drivers.errors import Leftover, Refused
from compute.drivers.kvm import guests, seeds
from compute.drivers.kvm.files import HostFiles
from tests.contracts import specs
from tests.contracts.conftest import kvm_compute  # noqa: F401
from tests.support.libvirtd import libvirtd_process, private_libvirtd  # noqa: F401

pytestmark = pytest.mark.real


@pytest.fixture
def rig(kvm_compute):  # noqa: F811
    return kvm_compute


@pytest.fixture
def driver(rig):
    with rig.open() as driver:
        yield driver


def seed_of(rig, guest_uuid):
    return rig.files / seeds.file_name(guest_uuid)


def test_a_guests_seed_is_on_its_host(rig, driver):
    spec = specs.guest(rig)
    driver.ensure_guest(spec)

    assert b"local-hostname: " + spec.guest_data.hostname.encode() in seed_of(rig, spec.uuid).read_bytes()


def test_new_data_replace_the_seed(rig, driver):
    spec = specs.guest(rig)
    driver.ensure_guest(spec)
    longer = replace(spec.guest_data, hostname="renamed", user_data="#" * 100_000)

    driver.ensure_guest(replace(spec, guest_data=longer))

    content = seed_of(rig, spec.uuid).read_bytes()
    assert b"local-hostname: renamed" in content
    assert len(content) > 100_000


def test_a_guest_that_loses_its_data_loses_its_seed(rig, driver):
    spec = specs.guest(rig)
    driver.ensure_guest(spec)

    driver.ensure_guest(replace(spec, guest_data=None))

    assert not seed_of(rig, spec.uuid).exists()


def test_a_seed_whose_guest_was_never_made_is_removed_too(rig, driver):
    spec = specs.guest(rig)
    driver.ensure_guest(spec)
    rig.daemon.domain(spec.uuid).undefine()

    driver.remove_guest(spec.uuid)

    assert not seed_of(rig, spec.uuid).exists()


def test_what_cannot_be_cleaned_up_is_reported(rig, driver, monkeypatch):
    def stay(self, talk, name):
        raise Refused(detail="read-only file system")

    monkeypatch.setattr(HostFiles, "remove", stay)
    spec = specs.guest(rig, cpus=1024)

    with pytest.raises(Leftover) as caught:
        driver.ensure_guest(spec)

    assert seeds.file_name(spec.uuid) in caught.value.detail


def test_a_guest_whose_name_another_has_is_refused(rig, driver):
    spec = specs.guest(rig)
    stranger = rig.add_strange_guest(f"i-{spec.uuid}")

    with pytest.raises(Refused):
        driver.ensure_guest(spec)

    assert driver.find_guest(spec.uuid) is None
    assert driver.find_guest(stranger) is not None


def test_a_guest_that_vanishes_while_it_is_listed_is_left_out(rig, driver):
    spec = specs.guest(rig)
    driver.ensure_guest(spec)
    with rig.open() as other, other._link.talk(10) as talk:
        found = guests.domain(talk, spec.uuid)
        driver.remove_guest(spec.uuid)

        assert guests.find_facts(talk, spec.uuid) is None
        assert talk.look(found.UUIDString) == str(spec.uuid)
        assert spec.uuid not in [facts.uuid for facts in guests.list_guests(talk)]


def test_the_daemon_may_be_restarted_between_two_calls(rig, driver):
    driver.check()
    rig.daemon.restart()

    assert driver.find_guest(uuid.uuid4()) is None
