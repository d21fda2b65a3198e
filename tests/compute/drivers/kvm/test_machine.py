"""A guest's XML asks for what the spec says and lets no value become anything else."""

import uuid

import pytest

from cloudportal.drivers.errors import InvalidSpec
from cloudportal.drivers.libvirtd import xml
from compute.drivers.facts import Power, differences
from compute.drivers.kvm.addresses import address_fault
from compute.drivers.kvm.machine import guest_xml
from compute.drivers.kvm.reading import guest_facts
from compute.drivers.kvm.screens import Screens
from compute.drivers.specs import DiskSpec, GuestData, GuestSpec, NicSpec


def spec(**changes):
    values = {
        "uuid": uuid.uuid4(),
        "name": "web",
        "cpus": 2,
        "memory_mib": 512,
        "disks": (
            DiskSpec(uuid=uuid.uuid4(), locator="file:/p/b", format="raw", device_index=1, is_read_only=True),
            DiskSpec(uuid=uuid.uuid4(), locator="file:/p/a", format="qcow2", device_index=0),
        ),
        "nics": (
            NicSpec(
                uuid=uuid.uuid4(),
                mac="52:54:00:00:00:01",
                network_locator="libvirt-network:net-1",
                device_index=0,
                mtu=1450,
            ),
        ),
        "guest_data": GuestData(instance_id="i-1", hostname="web"),
    }
    return GuestSpec(**{**values, **changes})


def test_what_was_asked_for_is_read_back():
    wished = spec()

    facts = guest_facts(guest_xml(wished, "qemu", "/seeds/one.iso").replace('"MiB"', '"KiB"'), Power.OFF)

    # libvirt gives memory back in KiB, so the number alone tells here.
    assert differences(wished, facts) == ("memory_mib",)


def test_every_disk_says_its_format():
    root = xml.read(guest_xml(spec(), "qemu", "/seeds/one.iso"))

    assert [found.get("type") for found in root.findall("devices/disk/driver")] == [
        "qcow2",
        "raw",
        "raw",
        "raw",
    ]


def test_the_seed_is_the_last_disk_and_cannot_be_written():
    root = xml.read(guest_xml(spec(), "qemu", "/seeds/one.iso"))
    seed = root.findall("devices/disk")[-1]

    assert xml.attribute(seed, "source", "file") == "/seeds/one.iso"
    assert seed.find("readonly") is not None


def test_a_guest_without_data_has_no_seed():
    root = xml.read(guest_xml(spec(guest_data=None), "qemu", None))

    assert len(root.findall("devices/disk[@device='disk']")) == 2


@pytest.mark.parametrize(("acceleration", "mode"), [("kvm", "host-model"), ("qemu", "custom")])
def test_the_processor_follows_the_acceleration(acceleration, mode):
    root = xml.read(guest_xml(spec(), acceleration, None))

    assert root.get("type") == acceleration
    assert xml.attribute(root, "cpu", "mode") == mode


def test_the_boot_order_is_kept():
    root = xml.read(guest_xml(spec(boot_order=("network", "disk")), "qemu", None))

    assert [found.get("dev") for found in root.findall("os/boot")] == ["network", "hd"]


def test_nobody_can_look_at_a_guests_screen_from_outside():
    root = xml.read(guest_xml(spec(), "qemu", None))

    assert xml.attribute(root, "devices/graphics/listen", "type") == "none"
    assert root.find("devices/graphics").get("passwd") == ""


def test_a_screen_that_listens_lets_nobody_in_by_itself():
    root = xml.read(guest_xml(spec(), "qemu", None, Screens("/files", "192.0.2.7")))

    assert xml.attribute(root, "devices/graphics/listen", "address") == "192.0.2.7"
    assert root.find("devices/graphics").get("passwd") == ""


EVERYWHERE = "0.0.0.0"  # noqa: S104


@pytest.mark.parametrize(
    "address", [EVERYWHERE, "::", "224.0.0.1", "host.example", "192.0.2.7/24", "' passwd='"]
)
def test_guests_listen_on_one_plain_address_only(address):
    assert address_fault(address)
    assert not address_fault("192.0.2.7")


@pytest.mark.parametrize("name", ["<domain>", "]]>", "&lt;", "\"'", "${HOME}"])
def test_a_name_stays_a_name(name):
    root = xml.read(guest_xml(spec(name=name), "qemu", None))

    assert root.findtext("title") == name
    assert len(root.findall("title")) == 1


@pytest.mark.parametrize("locator", ["sim-volume:1", "file:etc", "file:/a/../b", "rbd:pool/x"])
def test_a_volume_of_another_kind_of_host_is_refused(locator):
    disks = (DiskSpec(uuid=uuid.uuid4(), locator=locator, format="raw", device_index=0),)

    with pytest.raises(InvalidSpec):
        guest_xml(spec(disks=disks), "qemu", None)
