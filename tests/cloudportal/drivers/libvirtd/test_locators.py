"""Locators are read back as they were given, and nothing else passes for one."""

import uuid

import pytest

from cloudportal.drivers.errors import InvalidSpec
from cloudportal.drivers.libvirtd import locators
from cloudportal.drivers.simulated import locators as simulated


def test_a_files_locator_gives_its_path():
    assert locators.path_in(locators.file_locator("/pool/a b:c.qcow2")) == "/pool/a b:c.qcow2"


@pytest.mark.parametrize(
    "text", ["", "file:", "file:relative", "file:/pool/../etc/shadow", "/pool/a", "sim-volume:1"]
)
def test_any_other_volume_is_refused(text):
    with pytest.raises(InvalidSpec):
        locators.path_in(text)


def test_a_networks_locator_gives_its_name():
    assert locators.network_in(locators.network_locator("net-1")) == "net-1"


@pytest.mark.parametrize("text", ["", "libvirt-network:", "libvirt-network:a/b", "net-1", "file:/net-1"])
def test_any_other_network_is_refused(text):
    with pytest.raises(InvalidSpec):
        locators.network_in(text)


def test_a_simulated_locator_gives_its_id():
    some = uuid.uuid4()

    assert simulated.uuid_in(simulated.volume_locator(some), simulated.VOLUME) == str(some)


@pytest.mark.parametrize("text", ["", "sim-volume:", "sim-volume:x", "file:/a"])
def test_any_other_simulated_volume_is_refused(text):
    with pytest.raises(InvalidSpec):
        simulated.uuid_in(text, simulated.VOLUME)
