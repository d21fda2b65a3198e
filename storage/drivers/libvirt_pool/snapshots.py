"""Copies of volumes in a directory pool: whole files, made by libvirt or by the hypervisor of a running guest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from cloudportal.drivers.errors import DriverError, Leftover, NotThere, Refused
from cloudportal.drivers.libvirtd import pools, xml
from cloudportal.drivers.libvirtd.link import Talk
from cloudportal.drivers.libvirtd.locators import file_locator
from storage.drivers.contract import SnapshotFacts
from storage.drivers.libvirt_pool import volumes
from storage.drivers.libvirt_pool.names import snapshot_name

CAPACITY = 1
# libvirt reads a file to its end when it is asked for no bytes in particular.
TO_THE_END = 0


def locator(talk: Talk, pool: Any, uuid: UUID) -> str:
    """Where the copy lies, or would lie."""
    return file_locator(f"{pools.path_of(talk, pool)}/{snapshot_name(uuid)}")


def take(talk: Talk, pool: Any, uuid: UUID, volume: UUID) -> SnapshotFacts:
    """A new copy of a volume at rest; see the contract."""
    source = volumes.find(talk, pool, volume)
    if source is None:
        raise NotThere(detail=f"volume {volume}")
    if volumes.is_in_use(talk, pool, volume):
        raise Refused("An instance uses this volume, so it was not copied.", detail=f"volume {volume}")
    # One that is there may be what a host that went down has left half done.
    remove(talk, pool, uuid)
    pools.await_allocated(talk, source)
    name = snapshot_name(uuid)
    try:
        talk.act(pool.createXMLFrom, _copy_xml(name, talk.look(source.info)[CAPACITY]), source, 0)
    except DriverError as fault:
        if not fault.is_retryable:
            _clean_up(talk, pool, uuid, fault)
        raise
    return _facts(talk, pool, uuid, pools.find_volume(talk, pool, name))


def find_facts(talk: Talk, pool: Any, uuid: UUID) -> SnapshotFacts | None:
    """The copy, or None."""
    # What a hypervisor has written libvirt's pool knows nothing of until it looks again.
    pools.refresh(talk, pool)
    found = pools.find_volume(talk, pool, snapshot_name(uuid))
    return None if found is None else _facts(talk, pool, uuid, found)


def read(talk: Talk, pool: Any, uuid: UUID) -> Iterator[bytes]:
    """The copy's bytes."""
    found = pools.find_volume(talk, pool, snapshot_name(uuid))
    if found is None:
        raise NotThere(detail=f"snapshot {uuid}")
    yield from pools.receive(talk, found, TO_THE_END)


def remove(talk: Talk, pool: Any, uuid: UUID) -> None:
    """There is no copy."""
    pools.refresh(talk, pool)
    pools.remove_volume(talk, pool, snapshot_name(uuid))


def _copy_xml(name: str, size_bytes: int) -> str:
    root = xml.element("volume")
    xml.child(root, "name", text=name)
    xml.child(root, "capacity", {"unit": "bytes"}, str(size_bytes))
    target = xml.child(root, "target")
    xml.child(target, "format", {"type": "qcow2"})
    xml.child(target, "compat", text="1.1")
    return xml.write(root)


def _facts(talk: Talk, pool: Any, uuid: UUID, found: Any) -> SnapshotFacts:
    return SnapshotFacts(
        uuid=uuid, locator=locator(talk, pool, uuid), virtual_size_bytes=talk.look(found.info)[CAPACITY]
    )


def _clean_up(talk: Talk, pool: Any, uuid: UUID, fault: DriverError) -> None:
    try:
        remove(talk, pool, uuid)
    except DriverError as second:
        raise Leftover(detail=f"{snapshot_name(uuid)}: {second.detail}") from fault
