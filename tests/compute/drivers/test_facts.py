"""Where a guest is not as wished is found by comparing, part by part."""

import uuid
from dataclasses import replace

import pytest

from compute.drivers.facts import DiskFacts, GuestFacts, NicFacts, Power, differences
from compute.drivers.specs import DiskSpec, GuestData, GuestSpec, NicSpec

DATA = GuestData(instance_id="i-1", hostname="web")
SPEC = GuestSpec(
    uuid=uuid.uuid4(),
    name="web",
    cpus=2,
    memory_mib=512,
    disks=(DiskSpec(uuid=uuid.uuid4(), locator="x:1", format="raw", device_index=0),),
    nics=(NicSpec(uuid=uuid.uuid4(), mac="52:54:00:00:00:01", network_locator="n:1", device_index=0),),
    guest_data=DATA,
)
FACTS = GuestFacts(
    uuid=SPEC.uuid,
    name="web",
    power=Power.OFF,
    cpus=2,
    memory_mib=512,
    disks=(DiskFacts(locator="x:1", format="raw", device_index=0),),
    nics=(NicFacts(mac="52:54:00:00:00:01", network_locator="n:1", device_index=0),),
    guest_data_digest=DATA.digest(),
)


@pytest.mark.parametrize("power", list(Power))
def test_a_guest_as_wished_has_no_differences_whatever_its_power(power):
    assert differences(SPEC, replace(FACTS, power=power)) == ()


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"name": "other"}, "name"),
        ({"cpus": 1}, "cpus"),
        ({"memory_mib": 256}, "memory_mib"),
        ({"disks": ()}, "disks"),
        ({"disks": (DiskFacts(locator="x:1", format="qcow2", device_index=0),)}, "disks"),
        ({"disks": (DiskFacts(locator="x:1", format="raw", device_index=0, is_read_only=True),)}, "disks"),
        ({"nics": ()}, "nics"),
        ({"nics": (NicFacts(mac="52:54:00:00:00:02", network_locator="n:1", device_index=0),)}, "nics"),
        ({"guest_data_digest": None}, "guest_data"),
    ],
)
def test_a_part_that_differs_is_named(changes, part):
    assert differences(SPEC, replace(FACTS, **changes)) == (part,)
