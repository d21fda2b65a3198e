"""Whether hardware acceleration works is found out by running a guest, and a host that hangs is not
believed.
"""

import uuid

import pytest

from cloudportal.drivers.libvirtd.link import Link
from compute.drivers.facts import PowerAction
from compute.drivers.kvm import acceleration
from compute.drivers.kvm.files import HostFiles
from tests.contracts import specs
from tests.contracts.conftest import kvm_compute  # noqa: F401
from tests.support import bootsectors
from tests.support.libvirtd import libvirtd_process, private_libvirtd  # noqa: F401

pytestmark = pytest.mark.real


@pytest.fixture
def talk(private_libvirtd):  # noqa: F811
    link = Link(private_libvirtd.uri)
    with link.talk(60) as talk:
        yield talk
    link.close()


@pytest.fixture
def files(tmp_path):
    return HostFiles(str(tmp_path / "files"))


def test_a_guest_that_runs_to_its_end_proves_it(talk, files):
    assert acceleration.runs(talk, files, "qemu")


def test_a_guest_that_hangs_disproves_it_and_is_removed(talk, files, private_libvirtd, monkeypatch):  # noqa: F811
    monkeypatch.setattr(acceleration, "SMOKE", bootsectors.DEAF)

    assert not acceleration.runs(talk, files, "qemu", limit_seconds=1)
    assert private_libvirtd.connection.listAllDomains() == []


def test_a_kind_that_the_host_does_not_have_disproves_it(talk, files):
    assert not acceleration.runs(talk, files, "hvf")


def test_nothing_is_left_behind(talk, files, tmp_path):
    acceleration.runs(talk, files, "qemu")

    assert list((tmp_path / "files").iterdir()) == []


def test_the_host_is_asked_once_in_a_process(talk, files, monkeypatch):
    asked = []
    monkeypatch.setattr(acceleration, "runs", lambda talk, files, kind: asked.append(kind))
    uri = f"qemu+tls://{uuid.uuid4()}/system"

    assert [acceleration.working(talk, uri, files) for _ in range(2)] == ["qemu", "qemu"]
    assert asked == ["kvm"]


@pytest.mark.slow
def test_a_guest_started_by_default_really_runs(kvm_compute):  # noqa: F811
    spec = specs.guest(kvm_compute)
    with kvm_compute.open(timeout_seconds=60, acceleration="auto") as driver:
        driver.ensure_guest(spec)
        driver.set_power(spec.uuid, PowerAction.ON)
        kvm_compute.await_up(spec.uuid)

        assert driver.host_facts().acceleration in kvm_compute.accelerations
