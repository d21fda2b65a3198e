"""What libvirt's XML and states say about a guest, as facts."""

from __future__ import annotations

import string
from uuid import UUID
from xml.etree.ElementTree import Element

from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.locators import file_locator, network_locator
from compute.drivers.facts import DiskFacts, GuestFacts, NicFacts, Power
from compute.drivers.kvm.drives import is_drive, media_in
from compute.drivers.kvm.filters import nic_in
from compute.drivers.kvm.machine import METADATA, NIC_ALIAS, SEED_ALIAS
from compute.drivers.kvm.tuning import read_cpu_cap, read_disk_limits, read_rate

# virDomainState of libvirt-domain.h.
RUNNING, BLOCKED, PAUSED, SHUTTING_DOWN, SHUT_OFF, CRASHED, SUSPENDED = range(1, 8)
POWERS = {
    RUNNING: Power.ON,
    BLOCKED: Power.ON,
    PAUSED: Power.PAUSED,
    SHUTTING_DOWN: Power.ON,
    SHUT_OFF: Power.OFF,
    CRASHED: Power.OFF,
    SUSPENDED: Power.PAUSED,
}
# virDomainPausedReason: QEMU is up and the guest's first instruction is about to run.
STARTING_UP = 11
KIB_PER_MIB = 1024


def power_of(state: int, reason: int) -> Power:
    """The power that a libvirt state means."""
    if state == PAUSED and reason == STARTING_UP:
        return Power.ON
    return POWERS.get(state, Power.UNKNOWN)


def guest_facts(text: str, power: Power) -> GuestFacts:
    """The facts in a guest's XML, ours or not."""
    root = xml.read(text)
    disks = [_disk(found) for found in root.findall("devices/disk") if _is_disk(found)]
    nics = [_nic(found, place) for place, found in enumerate(root.findall("devices/interface"))]
    most_cpus = int(root.findtext("vcpu", "0"))
    most_kib = int(root.findtext("maxMemory", "0"))
    cpus = int(xml.attribute(root, "vcpu", "current") or most_cpus)
    return GuestFacts(
        uuid=UUID(root.findtext("uuid", "")),
        name=root.findtext("title", "") or root.findtext("name", ""),
        power=power,
        cpus=cpus,
        memory_mib=int(root.findtext("memory", "0")) // KIB_PER_MIB,
        disks=tuple(sorted(disks, key=lambda disk: disk.device_index)),
        nics=tuple(sorted(nics, key=lambda nic: nic.device_index)),
        cpu_cap_percent=read_cpu_cap(root),
        guest_data_digest=xml.attribute(root, f"metadata/{{{METADATA}}}guest", "data") or None,
        media=media_in(root),
        most_cpus=most_cpus if most_cpus > cpus else None,
        most_memory_mib=most_kib // KIB_PER_MIB or None,
    )


def mac_addresses(text: str) -> list[str]:
    """The MAC addresses in the order in which libvirt numbers the NICs of its statistics."""
    return [xml.attribute(found, "mac", "address") for found in xml.read(text).findall("devices/interface")]


def device_index(target: str) -> int:
    """The index of a disk by its target's name: 0 for vda, 26 for vdaa."""
    index = 0
    for letter in target[2:]:
        index = index * 26 + string.ascii_lowercase.find(letter) + 1
    return index - 1


def _is_disk(found: Element) -> bool:
    has_content = found.find("source") is not None and not is_drive(found)
    return has_content and xml.attribute(found, "alias", "name") != SEED_ALIAS


def _disk(found: Element) -> DiskFacts:
    path = xml.attribute(found, "source", "file")
    kind = found.get("type", "")
    return DiskFacts(
        locator=file_locator(path) if path else f"{kind}:{_first_value(found.find('source'))}",
        format=xml.attribute(found, "driver", "type"),
        device_index=device_index(xml.attribute(found, "target", "dev")),
        is_read_only=found.find("readonly") is not None,
        limits=read_disk_limits(found),
    )


def _nic(found: Element, place: int) -> NicFacts:
    name = xml.attribute(found, "source", "network")
    kind = found.get("type", "")
    alias = xml.attribute(found, "alias", "name")
    return NicFacts(
        mac=xml.attribute(found, "mac", "address").lower(),
        network_locator=network_locator(name) if name else f"{kind}:{_first_value(found.find('source'))}",
        device_index=int(alias.removeprefix(NIC_ALIAS)) if alias.startswith(NIC_ALIAS) else place,
        rate_mbits=read_rate(found),
        guard=_guard(found),
        is_linked=xml.attribute(found, "link", "state", "up") != "down",
    )


def _guard(found: Element) -> str:
    nic = nic_in(xml.attribute(found, "filterref", "filter"))
    return "" if nic is None else str(nic)


def _first_value(source: Element | None) -> str:
    return next(iter(source.attrib.values()), "") if source is not None else ""
