"""Disks of a guest on a KVM host: given and taken away while it is off or runs, and grown while it runs."""

from __future__ import annotations

import time
from typing import Any
from xml.etree.ElementTree import Element

from cloudportal.drivers.errors import DriverError, NotThere, OutcomeUnknown, Refused
from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.link import Talk, library
from cloudportal.drivers.libvirtd.locators import path_in
from cloudportal.drivers.libvirtd.overtaking import have_done
from compute.drivers.facts import DiskFacts, GuestFacts, Power
from compute.drivers.kvm import power
from compute.drivers.kvm.machine import disk_xml
from compute.drivers.kvm.reading import guest_facts
from compute.drivers.kvm.tuning import NAMES
from compute.drivers.limits import DiskLimits
from compute.drivers.specs import DiskSpec

POLL_SECONDS = 0.1
# A guest that is still booting does not see that it is asked to let go.
ASK_AGAIN_SECONDS = 5.0
# How QEMU says that another process has the file open for writing.
LOCK_WORDS = ("lock", "is already in use")


def attach(talk: Talk, domain: Any, disk: DiskSpec) -> GuestFacts:
    """The guest has the disk; see the contract."""
    description = disk_xml(disk)
    if not _has(talk, domain, disk):
        flags = _flags(power.power_now(talk, domain))
        try:
            have_done(
                talk,
                lambda: _has(talk, domain, disk),
                domain.attachDeviceFlags,
                description,
                flags,
                attempts=1,
            )
        except (NotThere, Refused) as fault:
            # Is it the guest that is missing? Asking for its power tells: it raises NotThere for that.
            power.power_now(talk, domain)
            raise _told(fault) from fault
    return _facts(talk, domain)


def detach(talk: Talk, domain: Any, locator: str) -> GuestFacts:
    """The guest does not have the disk and has let go of it; see the contract."""
    path = path_in(locator)
    next_asking = 0.0
    # The running guest first and its definition after it: were it the other way round, a guest that keeps the disk
    # would look as if it had none.
    while (found := element(talk, domain, path, is_live=True)) is not None:
        if time.monotonic() >= next_asking:
            _ask(talk, domain, found)
            next_asking = time.monotonic() + ASK_AGAIN_SECONDS
        elif talk.deadline.remaining_seconds() < 2 * POLL_SECONDS:
            raise OutcomeUnknown(
                "The instance did not let go of the disk in time, so it still counts as attached. Unmount it in the "
                "instance and try again, or stop the instance first.",
                detail=f"still there after {talk.deadline.limit_seconds:g} s",
            )
        else:
            time.sleep(POLL_SECONDS)
    defined = element(talk, domain, path, is_live=False)
    if defined is not None:
        have_done(
            talk,
            lambda: element(talk, domain, path, is_live=False) is None,
            domain.detachDeviceFlags,
            _named(defined),
            library().VIR_DOMAIN_AFFECT_CONFIG,
        )
    return _facts(talk, domain)


def grow(talk: Talk, domain: Any, locator: str, size_bytes: int) -> None:
    """The volume has that size at least, and the running guest sees it; see the contract."""
    if power.power_now(talk, domain) is Power.OFF:
        raise Refused("The instance is off, so its disk is grown by its pool.", detail=locator)
    path = path_in(locator)
    if element(talk, domain, path, is_live=True) is None:
        raise NotThere("The instance does not have this disk any more.", detail=locator)
    capacity_bytes, *_ = talk.look(domain.blockInfo, path, 0)
    # Only ever larger: libvirt would cut a disk off without a question.
    if capacity_bytes < size_bytes:
        talk.act(domain.blockResize, path, size_bytes, library().VIR_DOMAIN_BLOCK_RESIZE_BYTES)


def limit(talk: Talk, domain: Any, locator: str, limits: DiskLimits) -> None:
    """The guest's disk is held to the limits; see the contract."""
    path, now = path_in(locator), power.power_now(talk, domain)
    if element(talk, domain, path, is_live=now is not Power.OFF) is None:
        raise NotThere("The instance does not have this disk any more.", detail=locator)
    wished = {tag: getattr(limits, name) for name, tag in NAMES.items()}
    talk.act(domain.setBlockIoTune, path, wished, _flags(now))


def _has(talk: Talk, domain: Any, disk: DiskSpec) -> bool:
    wished = DiskFacts(
        locator=disk.locator,
        format=disk.format,
        device_index=disk.device_index,
        is_read_only=disk.is_read_only,
        limits=disk.limits,
    )
    return wished in _facts(talk, domain).disks


def _facts(talk: Talk, domain: Any) -> GuestFacts:
    return guest_facts(talk.look(domain.XMLDesc, 0), power.power_now(talk, domain))


def _ask(talk: Talk, domain: Any, found: Element) -> None:
    try:
        talk.act(domain.detachDeviceFlags, _named(found), library().VIR_DOMAIN_AFFECT_LIVE)
    except Refused as fault:
        # It was let go of between the look and the call, or is about to be: the next look tells.
        if "unplug" not in fault.detail and "not found" not in fault.detail:
            raise


def element(talk: Talk, domain: Any, path: str, *, is_live: bool) -> Element | None:
    """The guest's disk on that file, as it runs or as it is defined; or None."""
    if is_live and power.power_now(talk, domain) is Power.OFF:
        return None
    flags = 0 if is_live else library().VIR_DOMAIN_XML_INACTIVE
    root = xml.read(talk.look(domain.XMLDesc, flags))
    disks = root.findall("devices/disk")
    return next((one for one in disks if xml.attribute(one, "source", "file") == path), None)


def _named(found: Element) -> str:
    """The disk as libvirt looks for it: by its target."""
    root = xml.element("disk", {"type": "file", "device": "disk"})
    xml.child(root, "source", {"file": xml.attribute(found, "source", "file")})
    xml.child(root, "target", {"dev": xml.attribute(found, "target", "dev"), "bus": "virtio"})
    return xml.write(root)


def _flags(now: Power) -> int:
    flags = library()
    defined = int(flags.VIR_DOMAIN_AFFECT_CONFIG)
    return defined if now is Power.OFF else defined | int(flags.VIR_DOMAIN_AFFECT_LIVE)


def _told(fault: DriverError) -> Refused:
    if isinstance(fault, NotThere):
        return Refused("The volume is missing on the host.", detail=fault.detail)
    if any(words in fault.detail for words in LOCK_WORDS):
        return Refused("The volume is used by another instance.", detail=fault.detail)
    if "target" in fault.detail and "already exists" in fault.detail:
        return Refused("Another disk of the instance has that place. Choose another.", detail=fault.detail)
    return Refused(fault.sentence, detail=fault.detail)
