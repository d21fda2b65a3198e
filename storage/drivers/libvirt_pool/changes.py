"""Volumes of a directory pool made larger, and copied within the reach of one host."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudportal.drivers.errors import DriverError, NotThere, Refused
from cloudportal.drivers.libvirtd import pools
from cloudportal.drivers.libvirtd.link import Talk
from cloudportal.drivers.libvirtd.locators import path_in
from storage.drivers.contract import VolumeFacts, VolumeSpec
from storage.drivers.libvirt_pool import volumes
from storage.drivers.libvirt_pool.names import volume_name

CAPACITY = 1


def grow(talk: Talk, pool: Any, uuid: UUID, size_bytes: int) -> VolumeFacts:
    """The volume has that size at least; see the contract."""
    found = volumes.find(talk, pool, uuid)
    if found is None:
        raise NotThere(detail=f"volume {uuid}")
    if volumes.is_in_use(talk, pool, uuid):
        raise Refused(
            "An instance uses this volume, so its pool cannot make it larger.", detail=f"volume {uuid}"
        )
    # Only ever larger, and so without libvirt's flag for the other way.
    if talk.look(found.info)[CAPACITY] < size_bytes:
        talk.act(found.resize, size_bytes, 0)
    facts = volumes.find_facts(talk, pool, uuid)
    if facts is None:
        raise NotThere(detail=f"volume {uuid}")
    return facts


def copy(talk: Talk, pool: Any, spec: VolumeSpec, source: VolumeFacts) -> VolumeFacts:
    """A volume with the source's content, leaning on no image; see the contract."""
    path = path_in(source.locator)
    if path in volumes.paths_in_use(talk):
        raise Refused("An instance uses this volume, so it was not copied.", detail=f"volume {source.uuid}")
    original = talk.look(talk.connection.storageVolLookupByPath, path)
    pools.await_allocated(talk, original)
    name = volume_name(spec.uuid, spec.format)
    pools.remove_volume(talk, pool, name)
    try:
        # libvirt copies at the size of the original; the rest is added to the copy.
        whole = VolumeSpec(uuid=spec.uuid, size_bytes=talk.look(original.info)[CAPACITY], format=spec.format)
        talk.act(pool.createXMLFrom, volumes.volume_xml(whole, name, None), original, 0)
        return grow(talk, pool, spec.uuid, spec.size_bytes)
    except DriverError as fault:
        if not fault.is_retryable:
            volumes.clean_up(talk, pool, name, fault)
        raise
