"""Copies of the disks of running guests, made by QEMU itself while they go on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cloudportal.drivers.errors import DriverError, NotThere, Refused
from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.link import Talk, library
from cloudportal.drivers.libvirtd.locators import path_in
from compute.drivers.facts import Power
from compute.drivers.kvm.power import power_now

POLL_SECONDS = 0.1
JOB_TYPE = 0


def copy(talk: Talk, domain: Any, locator: str, target: str, *, is_quiet: bool) -> bool:
    """The disk is copied whole; see the contract."""
    if power_now(talk, domain) is Power.OFF:
        raise Refused("The instance is off, so its disk cannot be copied through it.")
    description = _backup_xml(_device(talk, domain, path_in(locator)), path_in(target))
    _give_up_running(talk, domain)
    with _held(talk, domain, is_quiet) as was_held:
        # The moment of the copy is that of its beginning: what the guest writes from then on is kept out of it.
        talk.act(domain.backupBegin, description, None, 0)
    _await_end(talk, domain)
    return was_held


def _device(talk: Talk, domain: Any, path: str) -> str:
    root = xml.read(talk.look(domain.XMLDesc, 0))
    for disk in root.findall("devices/disk"):
        if xml.attribute(disk, "source", "file") == path:
            return xml.attribute(disk, "target", "dev")
    raise NotThere("The instance does not have this disk on its host.", detail=f"no disk {path}")


def _backup_xml(device: str, path: str) -> str:
    root = xml.element("domainbackup", {"mode": "push"})
    disk = xml.child(xml.child(root, "disks"), "disk", {"name": device, "backup": "yes", "type": "file"})
    xml.child(disk, "driver", {"type": "qcow2"})
    xml.child(disk, "target", {"file": path})
    return xml.write(root)


def _give_up_running(talk: Talk, domain: Any) -> None:
    """A copy that a lost worker began is ended: nobody would read it."""
    if _is_working(talk, domain):
        talk.act(domain.abortJob)
        _await_idle(talk, domain)


@contextmanager
def _held(talk: Talk, domain: Any, is_wanted: bool) -> Iterator[bool]:
    """The guest's file systems hold still for the block, if it has an agent that does so."""
    try:
        is_held = is_wanted and talk.act(domain.fsFreeze, None, 0) > 0
    except DriverError:
        is_held = False
    try:
        yield is_held
    finally:
        if is_held:
            talk.act(domain.fsThaw, None, 0)


def _await_end(talk: Talk, domain: Any) -> None:
    _await_idle(talk, domain)
    outcome = talk.look(domain.jobStats, library().VIR_DOMAIN_JOB_STATS_COMPLETED)
    if not outcome.get("success", outcome.get("type") == library().VIR_DOMAIN_JOB_COMPLETED):
        raise Refused(
            "The disk could not be copied to its end. Look whether the storage pool has room left.",
            detail=f"backup: {outcome.get('errmsg', 'it ended without success')}",
        )


def _await_idle(talk: Talk, domain: Any) -> None:
    while _is_working(talk, domain):
        talk.deadline.demand("copying the disk")
        time.sleep(POLL_SECONDS)


def _is_working(talk: Talk, domain: Any) -> bool:
    return bool(talk.look(domain.jobInfo)[JOB_TYPE] != library().VIR_DOMAIN_JOB_NONE)
