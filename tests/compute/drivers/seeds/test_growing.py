"""Every seed brings what lets a running guest use the CPUs and the memory that it is given."""

import json
import subprocess

import pytest

from compute.drivers.seeds import growing, seed_image
from compute.drivers.specs import GuestData
from tests.compute.drivers.seeds.reading import files_of


def told(format):
    files = files_of(seed_image(GuestData(instance_id="i-1", hostname="web", format=format)))
    found = {name.rpartition("/")[2]: text for name, text in files.items()}
    return found.get("vendor-data") or json.loads(found["vendor_data.json"])["cloud-init"]


@pytest.mark.parametrize("format", ["nocloud", "config-drive"])
def test_every_guest_is_told(format):
    assert told(format) == growing.HOOK


def test_it_is_a_boot_hook_and_a_sound_script():
    assert growing.HOOK.startswith("#cloud-boothook\n#!/bin/sh\n")
    assert subprocess.run(["sh", "-n"], input=growing.HOOK, text=True, check=False).returncode == 0


def test_both_are_switched_on_as_they_come():
    assert 'ATTR{online}=="0", ATTR{online}="1"' in growing.HOOK
    assert 'ATTR{state}=="offline", ATTR{state}="online"' in growing.HOOK
