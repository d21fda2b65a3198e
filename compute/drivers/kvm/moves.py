"""Moving the disk of a running guest to another file: QEMU mirrors it there and then turns over."""

from __future__ import annotations

import time
from typing import Any

from cloudportal.drivers.errors import NotThere, OutcomeUnknown, Refused
from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.link import Talk, library
from cloudportal.drivers.libvirtd.locators import path_in
from compute.drivers.facts import Power
from compute.drivers.kvm import power
from compute.drivers.kvm.disks import element

POLL_SECONDS = 0.1


def move(talk: Talk, domain: Any, locator: str, target: str, target_format: str) -> None:
    """The guest uses the file at the target; see the contract."""
    path, new = path_in(locator), path_in(target)
    if power.power_now(talk, domain) is Power.OFF:
        raise Refused("The instance is off, so its disk is copied by its pool.", detail=locator)
    if element(talk, domain, new, is_live=True) is None:
        device = _device(talk, domain, path)
        if not talk.look(domain.blockJobInfo, device, 0):
            talk.act(domain.blockCopy, device, _target_xml(new, target_format), {}, _copy_flags())
        _await_mirror(talk, domain, path)
        talk.act(domain.blockJobAbort, device, library().VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT)
        _await_turned(talk, domain, new)
    _define(talk, domain, path, new, target_format)


def cancel(talk: Talk, domain: Any, locator: str) -> None:
    """Nothing is mirrored from the file any more; see the contract."""
    found = element(talk, domain, path_in(locator), is_live=True)
    device = "" if found is None else xml.attribute(found, "target", "dev")
    if device and talk.look(domain.blockJobInfo, device, 0):
        talk.act(domain.blockJobAbort, device, 0)


def fraction(talk: Talk, domain: Any, locator: str) -> float:
    """How much is mirrored; see the contract."""
    found = element(talk, domain, path_in(locator), is_live=True)
    job = (
        talk.look(domain.blockJobInfo, xml.attribute(found, "target", "dev"), 0) if found is not None else {}
    )
    return float(job["cur"]) / job["end"] if job and job.get("end") else 0.0


def _device(talk: Talk, domain: Any, path: str) -> str:
    found = element(talk, domain, path, is_live=True)
    if found is None:
        raise NotThere("The instance does not have this disk any more.", detail=path)
    return xml.attribute(found, "target", "dev")


def _target_xml(path: str, target_format: str) -> str:
    root = xml.element("disk", {"type": "file"})
    xml.child(root, "source", {"file": path})
    xml.child(root, "driver", {"type": target_format})
    return xml.write(root)


def _copy_flags() -> int:
    flags = library()
    # The file is there already, made by its pool. Without the second flag libvirt refuses guests that are defined.
    return int(flags.VIR_DOMAIN_BLOCK_COPY_REUSE_EXT | flags.VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB)


def _await_mirror(talk: Talk, domain: Any, path: str) -> None:
    while True:
        found = element(talk, domain, path, is_live=True)
        mirror = None if found is None else found.find("mirror")
        if mirror is None:
            raise Refused(
                "The host gave the move of the disk up. The operators can see the cause.", detail=path
            )
        if mirror.get("ready") == "yes":
            return
        _pause(talk)


def _await_turned(talk: Talk, domain: Any, path: str) -> None:
    while element(talk, domain, path, is_live=True) is None:
        _pause(talk)


def _pause(talk: Talk) -> None:
    if talk.deadline.remaining_seconds() < 2 * POLL_SECONDS:
        raise OutcomeUnknown(
            "The disk is still being moved. We look again by ourselves; nothing is needed from you.",
            detail=f"after {talk.deadline.limit_seconds:g} s",
        )
    time.sleep(POLL_SECONDS)


def _define(talk: Talk, domain: Any, path: str, new: str, target_format: str) -> None:
    """The guest has the file also when it is next started here."""
    found = element(talk, domain, path, is_live=False)
    if found is None:
        return
    source, driver = found.find("source"), found.find("driver")
    if source is not None and driver is not None:
        source.set("file", new)
        driver.set("type", target_format)
    talk.act(domain.updateDeviceFlags, xml.write(found), library().VIR_DOMAIN_AFFECT_CONFIG)
