"""Drivers are found by name, and reading about them needs no vendor's library."""

import subprocess
import sys

import pytest

from cloudportal.drivers.base import Driver
from cloudportal.drivers.registry import DRIVERS, UnknownDriver, driver_class, driver_names, open_driver
from cloudportal.drivers.settings import InvalidSettings
from compute.drivers.contract import CAPABILITIES, abilities_of

ALL = [(kind, name) for kind, names in DRIVERS.items() for name in names]

WITHOUT_VENDORS = """
import sys
sys.modules["libvirt"] = None
from cloudportal.drivers.registry import DRIVERS, driver_class
for kind, names in DRIVERS.items():
    for name in names:
        print(kind, name, len(driver_class(kind, name).settings))
"""


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_every_driver_is_what_its_name_says(kind, name):
    found = driver_class(kind, name)

    assert issubclass(found, Driver)
    assert found.name == name
    assert found.label
    assert name in driver_names(kind)


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_every_setting_explains_itself_and_is_named_once(kind, name):
    settings = driver_class(kind, name).settings

    assert len({setting.name for setting in settings}) == len(settings)
    assert all(setting.label and setting.help.endswith(".") for setting in settings)
    assert all(setting.choices for setting in settings if setting.kind == "choice")
    assert all(setting.secret for setting in settings if setting.kind == "secret")


def test_drivers_can_be_read_about_without_their_libraries():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_VENDORS], capture_output=True, text=True, check=False, timeout=60
    )

    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == len(ALL)


def test_the_class_tells_what_a_host_can_do():
    everything = {capability.__name__ for capability in CAPABILITIES}
    assert {"RunsGuests", "AttachesDisks", "PlugsNics", "SnapshotsGuests", "OffersConsole"} < everything
    assert abilities_of(driver_class("compute", "kvm")) == everything
    assert abilities_of(driver_class("compute", "simulator")) == everything


@pytest.mark.parametrize(("kind", "name"), [("compute", "abacus"), ("sound", "kvm")])
def test_an_unknown_driver_is_refused(kind, name):
    with pytest.raises(UnknownDriver):
        driver_class(kind, name)


def test_a_driver_is_not_opened_with_wrong_settings():
    with pytest.raises(InvalidSettings) as caught:
        open_driver("compute", "kvm", {"uri": "qemu+tcp://host/system"}, timeout_seconds=1)

    assert set(caught.value.fields) == {"uri"}
