"""Snapshots of guests within their qcow2 disks.

libvirt keeps what it knows of a snapshot with the guest's definition, which goes when the guest leaves the host; the
snapshots themselves stay in the disks. So the description is kept by whoever took it, and told to libvirt again.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudportal.drivers.errors import Refused
from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.link import Talk, library
from cloudportal.drivers.libvirtd.overtaking import outlast_races
from compute.drivers.facts import Power
from compute.drivers.kvm.power import power_now
from compute.drivers.snapshots import GuestSnapshot

FORMAT = "qcow2"


def take(talk: Talk, domain: Any, uuid: UUID, *, with_memory: bool) -> GuestSnapshot:
    """The guest is kept as it is now; see the contract."""
    name = str(uuid)
    if name not in _names(talk, domain):
        _demand_power(talk, domain, with_memory)
        talk.act(domain.snapshotCreateXML, _description(talk, domain, name, with_memory), 0)
    found = talk.look(domain.snapshotLookupByName, name, 0)
    return GuestSnapshot(uuid=uuid, has_memory=with_memory, record=talk.look(found.getXMLDesc, 0))


def revert(talk: Talk, domain: Any, snapshot: GuestSnapshot) -> None:
    """The guest is as it was; see the contract."""
    if not snapshot.has_memory:
        _demand_power(talk, domain, False)
    found = _known(talk, domain, snapshot)
    # By force: libvirt would rather be asked than let go of a running guest's memory, and we were asked.
    flags = library().VIR_DOMAIN_SNAPSHOT_REVERT_FORCE
    outlast_races(talk, lambda: talk.act(domain.revertToSnapshot, found, flags))


def remove(talk: Talk, domain: Any, snapshot: GuestSnapshot) -> None:
    """The disks do not hold it; see the contract."""
    if not snapshot.record and str(snapshot.uuid) not in _names(talk, domain):
        # It was never taken whole, so there is nothing that libvirt could be told of.
        return
    talk.act(_known(talk, domain, snapshot).delete, 0)


def _known(talk: Talk, domain: Any, snapshot: GuestSnapshot) -> Any:
    """libvirt's handle of the snapshot, which it is told of again when it has forgotten."""
    if str(snapshot.uuid) not in _names(talk, domain):
        flags = library().VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE
        talk.act(domain.snapshotCreateXML, _rootless(snapshot.record), flags)
    return talk.look(domain.snapshotLookupByName, str(snapshot.uuid), 0)


def _names(talk: Talk, domain: Any) -> list[str]:
    return list(talk.look(domain.snapshotListNames, 0))


def _rootless(record: str) -> str:
    # Which snapshot came of which is the portal's to know; libvirt would ask for the parent first.
    root = xml.read(record)
    for parent in root.findall("parent"):
        root.remove(parent)
    return xml.write(root)


def _demand_power(talk: Talk, domain: Any, is_to_run: bool) -> None:
    is_off = power_now(talk, domain) is Power.OFF
    if is_off == is_to_run:
        wanted = "run to be kept with its memory" if is_to_run else "be stopped to be kept without its memory"
        raise Refused(f"The instance must {wanted}.")


def _description(talk: Talk, domain: Any, name: str, with_memory: bool) -> str:
    root = xml.element("domainsnapshot")
    xml.child(root, "name", text=name)
    xml.child(root, "memory", {"snapshot": "internal" if with_memory else "no"})
    disks = xml.child(root, "disks")
    for disk in xml.read(talk.look(domain.XMLDesc, 0)).findall("devices/disk"):
        is_kept = disk.find("readonly") is None
        if is_kept and xml.attribute(disk, "driver", "type") != FORMAT:
            raise Refused(
                "A disk of the instance is of a format that cannot hold snapshots.",
                detail=f"disk {xml.attribute(disk, 'target', 'dev')}",
            )
        target = xml.attribute(disk, "target", "dev")
        xml.child(disks, "disk", {"name": target, "snapshot": "internal" if is_kept else "no"})
    return xml.write(root)
