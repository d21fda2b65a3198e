"""What libvirt says about guests, ours and others', becomes facts."""

import uuid

import pytest

from compute.drivers.facts import Power
from compute.drivers.kvm import reading

STRANGER = """
<domain type='kvm' id='7'><name>old</name><uuid>{uuid}</uuid>
<memory unit='KiB'>1048576</memory><vcpu>4</vcpu>
<devices>
<disk type='block' device='disk'><driver type='raw'/><source dev='/dev/vg/old'/><target dev='sdb'/></disk>
<disk type='network'><driver type='raw'/><source protocol='rbd' name='p/v'/><target dev='vda'/></disk>
<disk type='file' device='cdrom'><target dev='hdc'/><readonly/></disk>
<interface type='bridge'><mac address='52:54:00:AA:00:01'/><source bridge='br0'/></interface>
<interface type='user'><mac address='52:54:00:aa:00:02'/></interface>
</devices></domain>
"""


@pytest.mark.parametrize(
    ("state", "reason", "power"),
    [
        (reading.RUNNING, 1, Power.ON),
        (reading.BLOCKED, 1, Power.ON),
        (reading.PAUSED, 1, Power.PAUSED),
        (reading.PAUSED, reading.STARTING_UP, Power.ON),
        (reading.SHUTTING_DOWN, 1, Power.ON),
        (reading.SHUT_OFF, 1, Power.OFF),
        (reading.CRASHED, 1, Power.OFF),
        (reading.SUSPENDED, 1, Power.PAUSED),
        (0, 0, Power.UNKNOWN),
        (99, 0, Power.UNKNOWN),
    ],
)
def test_every_state_is_a_power(state, reason, power):
    assert reading.power_of(state, reason) is power


def test_a_guest_that_is_not_ours_is_described_as_far_as_it_goes():
    guest_uuid = uuid.uuid4()

    facts = reading.guest_facts(STRANGER.format(uuid=guest_uuid), Power.ON)

    assert (facts.uuid, facts.name, facts.cpus, facts.memory_mib) == (guest_uuid, "old", 4, 1024)
    assert [(disk.locator, disk.device_index) for disk in facts.disks] == [
        ("network:rbd", 0),
        ("block:/dev/vg/old", 1),
    ]
    assert [(nic.mac, nic.network_locator) for nic in facts.nics] == [
        ("52:54:00:aa:00:01", "bridge:br0"),
        ("52:54:00:aa:00:02", "user:"),
    ]
    assert facts.guest_data_digest is None


@pytest.mark.parametrize(
    ("target", "index"), [("vda", 0), ("sdb", 1), ("vdz", 25), ("vdaa", 26), ("vdab", 27)]
)
def test_a_disks_place_is_in_its_name(target, index):
    assert reading.device_index(target) == index
