"""A guest's XML: which virtual machine libvirt is asked for. Nothing in it comes from a tenant but names and
numbers.
"""

from __future__ import annotations

import string
from uuid import UUID
from xml.etree.ElementTree import Element

from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.locators import network_in, path_in
from compute.drivers.kvm import translation
from compute.drivers.kvm.drives import add_drive
from compute.drivers.kvm.filters import filter_name
from compute.drivers.kvm.screens import LOCAL, Screens
from compute.drivers.kvm.tuning import add_cpu_cap, add_disk_limits, add_rate
from compute.drivers.specs import BootDevice, DiskSpec, GuestSpec, NicSpec

METADATA = "urn:cloudportal:guest:1"
SEED_ALIAS = "ua-seed"
NIC_ALIAS = "ua-nic-"
# The last letter, so that no disk is ever named after it; the guest's own order is that of the PCI slots.
SEED_TARGET = "vdz"
BOOT: dict[BootDevice, str] = {"disk": "hd", "network": "network", "cdrom": "cdrom"}
BALLOON_PERIOD_SECONDS = 10
# Each time that a running guest is given memory takes a slot; they are free again when it is made anew.
MEMORY_SLOTS = 16
# Linux on x86-64 takes memory into use in blocks of this size.
MEMORY_STEP_MIB = 128


def domain_name(uuid: UUID) -> str:
    """libvirt's own name for a guest, which must be unique on the host; people see the title."""
    return f"i-{uuid}"


def target_name(device_index: int) -> str:
    """The name of the virtio disk with that index: vda for 0."""
    return f"vd{string.ascii_lowercase[device_index]}"


def guest_xml(spec: GuestSpec, acceleration: str, seed_path: str | None, screens: Screens = LOCAL) -> str:
    """The whole guest; raises InvalidSpec for locators that are not of this kind of host."""
    root = xml.element("domain", {"type": acceleration})
    xml.child(root, "name", text=domain_name(spec.uuid))
    xml.child(root, "uuid", text=str(spec.uuid))
    xml.child(root, "title", text=spec.name)
    _add_metadata(root, spec)
    _add_size(root, spec)
    add_cpu_cap(root, spec.cpu_cap_percent)
    _add_system(root, spec.boot_order)
    _add_processor(root, spec, acceleration)
    xml.child(root, "clock", {"offset": "localtime" if spec.os_type == "windows" else "utc"})
    for event, reaction in (("on_poweroff", "destroy"), ("on_reboot", "restart"), ("on_crash", "destroy")):
        xml.child(root, event, text=reaction)
    devices = xml.child(root, "devices")
    for disk in sorted(spec.disks, key=lambda disk: disk.device_index):
        _add_disk(devices, disk)
    add_drive(devices, spec.media)
    if seed_path is not None:
        _add_seed(devices, seed_path)
    for nic in sorted(spec.nics, key=lambda nic: nic.device_index):
        devices.append(nic_element(nic))
    screens.add_to(devices, spec.uuid)
    _add_channels(devices)
    return xml.write(root)


def disk_xml(disk: DiskSpec) -> str:
    """One disk as a running guest is given it; raises InvalidSpec as `guest_xml` does."""
    devices = xml.element("devices")
    _add_disk(devices, disk)
    return xml.write(devices[0])


def _add_metadata(root: Element, spec: GuestSpec) -> None:
    digest = spec.guest_data.digest() if spec.guest_data else ""
    xml.child(xml.child(root, "metadata"), f"{{{METADATA}}}guest", {"data": digest})


def _add_size(root: Element, spec: GuestSpec) -> None:
    if _has_room_for_modules(spec):
        most = {"unit": "MiB", "slots": str(MEMORY_SLOTS)}
        xml.child(root, "maxMemory", most, str(spec.most_memory_mib))
    xml.child(root, "memory", {"unit": "MiB"}, str(spec.memory_mib))
    xml.child(root, "vcpu", {"current": str(spec.cpus)}, str(spec.most_cpus or spec.cpus))


def _has_room_for_modules(spec: GuestSpec) -> bool:
    return (spec.most_memory_mib or 0) > spec.memory_mib


def _add_system(root: Element, boot_order: tuple[BootDevice, ...]) -> None:
    system = xml.child(root, "os")
    xml.child(system, "type", {"arch": "x86_64", "machine": "pc"}, "hvm")
    for device in boot_order:
        xml.child(system, "boot", {"dev": BOOT[device]})


def _add_processor(root: Element, spec: GuestSpec, acceleration: str) -> None:
    features = xml.child(root, "features")
    xml.child(features, "acpi")
    xml.child(features, "apic")
    if acceleration == "kvm":
        # Not host-passthrough: guests must be able to move to a host with a slightly different processor.
        _add_node(xml.child(root, "cpu", {"mode": "host-model"}), spec)
        return
    cache_mib = translation.cache_mib(spec.cpus, spec.most_cpus or spec.cpus)
    xml.child(xml.child(features, "tcg"), "tb-cache", {"unit": "MiB"}, str(cache_mib))
    processor = xml.child(root, "cpu", {"mode": "custom", "match": "exact"})
    xml.child(processor, "model", {"fallback": "allow"}, "qemu64")
    _add_node(processor, spec)


def _add_node(processor: Element, spec: GuestSpec) -> None:
    # libvirt plugs memory modules only into a NUMA node.
    if not _has_room_for_modules(spec):
        return
    cpus = f"0-{(spec.most_cpus or spec.cpus) - 1}"
    cell = {"id": "0", "cpus": cpus, "memory": str(spec.memory_mib), "unit": "MiB"}
    xml.child(xml.child(processor, "numa"), "cell", cell)


def _add_disk(devices: Element, disk: DiskSpec) -> None:
    made = xml.child(devices, "disk", {"type": "file", "device": "disk"})
    # Always the format that storage recorded: QEMU's guess would follow what a guest wrote into its disk.
    xml.child(made, "driver", {"name": "qemu", "type": disk.format, "discard": "unmap"})
    xml.child(made, "source", {"file": path_in(disk.locator)})
    xml.child(made, "target", {"dev": target_name(disk.device_index), "bus": "virtio"})
    # virtio gives a guest 20 characters of it.
    xml.child(made, "serial", text=disk.uuid.hex[:20])
    if disk.is_read_only:
        xml.child(made, "readonly")
    add_disk_limits(made, disk.limits)


def _add_seed(devices: Element, path: str) -> None:
    # A virtio disk and not a CD drive: small guests have no driver for one.
    made = xml.child(devices, "disk", {"type": "file", "device": "disk"})
    xml.child(made, "driver", {"name": "qemu", "type": "raw"})
    xml.child(made, "source", {"file": path})
    xml.child(made, "target", {"dev": SEED_TARGET, "bus": "virtio"})
    xml.child(made, "readonly")
    xml.child(made, "alias", {"name": SEED_ALIAS})


def nic_element(nic: NicSpec) -> Element:
    """One NIC; raises InvalidSpec for a locator that is not of this kind of host."""
    made = xml.element("interface", {"type": "network"})
    xml.child(made, "mac", {"address": nic.mac})
    xml.child(made, "source", {"network": network_in(nic.network_locator)})
    xml.child(made, "model", {"type": "virtio"})
    if nic.mtu is not None:
        xml.child(made, "mtu", {"size": str(nic.mtu)})
    add_rate(made, nic.rate_mbits)
    if not nic.is_linked:
        xml.child(made, "link", {"state": "down"})
    if nic.is_guarded:
        xml.child(made, "filterref", {"filter": filter_name(nic.uuid)})
    xml.child(made, "alias", {"name": f"{NIC_ALIAS}{nic.device_index}"})
    return made


def _add_channels(devices: Element) -> None:
    xml.child(devices, "controller", {"type": "usb", "model": "none"})
    agent = xml.child(devices, "channel", {"type": "unix"})
    xml.child(agent, "target", {"type": "virtio", "name": "org.qemu.guest_agent.0"})
    balloon = xml.child(devices, "memballoon", {"model": "virtio"})
    xml.child(balloon, "stats", {"period": str(BALLOON_PERIOD_SECONDS)})
    entropy = xml.child(devices, "rng", {"model": "virtio"})
    xml.child(entropy, "backend", {"model": "random"}, "/dev/urandom")
