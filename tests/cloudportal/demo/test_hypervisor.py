import pytest

from cloudportal.demo import hypervisor


@pytest.fixture
def able(monkeypatch, tmp_path):
    """A machine on which real guests can run."""
    monkeypatch.setattr(hypervisor.os, "geteuid", lambda: 0)
    monkeypatch.setattr(hypervisor.shutil, "which", lambda program, path: program)
    monkeypatch.setattr(hypervisor.guest_image, "IMAGE", tmp_path / "image")
    monkeypatch.setattr(hypervisor, "_may_have_namespaces", lambda: True)
    hypervisor.guest_image.IMAGE.touch()


def test_nothing_is_in_the_way_on_a_machine_with_all_of_it(able):
    assert hypervisor.obstacle() == ""


def test_root_is_needed(able, monkeypatch):
    monkeypatch.setattr(hypervisor.os, "geteuid", lambda: 1000)
    assert hypervisor.obstacle() == "only root can run guests and networks"


def test_what_is_not_installed_is_named(able, monkeypatch):
    monkeypatch.setattr(hypervisor.shutil, "which", lambda program, path: None if "q" in program else program)
    assert hypervisor.obstacle() == "QEMU and qemu-img and dnsmasq cannot be found"


def test_an_image_is_needed(able):
    hypervisor.guest_image.IMAGE.unlink()
    assert "no guest image" in hypervisor.obstacle()


def test_namespaces_are_needed(able, monkeypatch):
    monkeypatch.setattr(hypervisor, "_may_have_namespaces", lambda: False)
    assert "allows no namespaces" in hypervisor.obstacle()
