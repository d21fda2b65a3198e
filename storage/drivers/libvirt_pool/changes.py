"""Volumes of a directory pool made larger, and copied within the reach of one host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from cloudportal.drivers.errors import DriverError, NotThere, Refused
from cloudportal.drivers.libvirtd import pools, xml
from cloudportal.drivers.libvirtd.link import Talk
from cloudportal.drivers.libvirtd.locators import path_in
from storage.drivers.contract import VolumeFacts, VolumeSpec
from storage.drivers.libvirt_pool import volumes
from storage.drivers.libvirt_pool.names import staged_name, volume_name

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
    return _found(talk, pool, uuid)


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
        if spec.provisioning == "thin":
            _fill(talk, pool, replace(spec, size_bytes=talk.look(original.info)[CAPACITY]), original)
            return grow(talk, pool, spec.uuid, spec.size_bytes)
        with _staged(talk, pool, spec, original) as whole:
            _fill(talk, pool, spec, whole)
        return _found(talk, pool, spec.uuid)
    except DriverError as fault:
        if not fault.is_retryable:
            volumes.clean_up(talk, pool, name, fault)
        raise


def _fill(talk: Talk, pool: Any, spec: VolumeSpec, original: Any) -> None:
    description = volumes.volume_xml(spec, volume_name(spec.uuid, spec.format), None)
    talk.act(pool.createXMLFrom, description, original, volumes.making_flags(spec))


@contextmanager
def _staged(talk: Talk, pool: Any, spec: VolumeSpec, original: Any) -> Iterator[Any]:
    """The original at the size of the spec: itself, or a copy in the pool for as long as it is needed.

    libvirt copies at the size of the original and sets room aside for no more than that; what is added to a qcow2 file
    later has none. Nor does it set any aside for plain sectors that are made of another format.
    """
    is_apt = spec.format == "qcow2" or _format(talk, original) == "raw"
    if is_apt and talk.look(original.info)[CAPACITY] == spec.size_bytes:
        yield original
        return
    name = staged_name(spec.uuid)
    pools.remove_volume(talk, pool, name)
    try:
        description = pools.raw_volume_xml(name, talk.look(original.info)[CAPACITY])
        staged = talk.act(pool.createXMLFrom, description, original, 0)
        talk.act(staged.resize, spec.size_bytes, 0)
        yield staged
    finally:
        with suppress(DriverError):
            pools.remove_volume(talk, pool, name)


def _format(talk: Talk, volume: Any) -> str:
    return xml.attribute(xml.read(talk.look(volume.XMLDesc, 0)), "target/format", "type")


def _found(talk: Talk, pool: Any, uuid: UUID) -> VolumeFacts:
    facts = volumes.find_facts(talk, pool, uuid)
    if facts is None:
        raise NotThere(detail=f"volume {uuid}")
    return facts
