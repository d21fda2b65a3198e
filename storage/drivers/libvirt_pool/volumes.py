"""Volumes of a directory pool: files of ours, copy-on-write over an image when they start from one."""

from __future__ import annotations

from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from cloudportal.drivers.errors import DriverError, Leftover, NotThere, Refused
from cloudportal.drivers.libvirtd import pools, xml
from cloudportal.drivers.libvirtd.link import Talk, library
from cloudportal.drivers.libvirtd.locators import file_locator
from storage.drivers.contract import FORMATS, VolumeFacts, VolumeSpec
from storage.drivers.libvirt_pool import images
from storage.drivers.libvirt_pool.names import IMAGE, VOLUME, FileName, image_name, staged_name, volume_name


def find(talk: Talk, pool: Any, uuid: UUID) -> Any:
    """libvirt's handle of the volume, whatever its format, or None."""
    for volume_format in FORMATS:
        found = pools.find_volume(talk, pool, volume_name(uuid, volume_format))
        if found is not None:
            return found
    return None


def find_facts(talk: Talk, pool: Any, uuid: UUID) -> VolumeFacts | None:
    """The volume, or None."""
    found = find(talk, pool, uuid)
    try:
        return None if found is None else _facts(talk, found)
    except NotThere:
        return None


def list_facts(talk: Talk, pool: Any) -> tuple[VolumeFacts, ...]:
    """All volumes of ours."""
    pools.refresh(talk, pool)
    facts = []
    for found in talk.look(pool.listAllVolumes, 0):
        if FileName.read(VOLUME, talk.look(found.name)):
            # One that went away since the list was made is no volume any more.
            with suppress(NotThere):
                facts.append(_facts(talk, found))
    return tuple(sorted(facts, key=lambda one: one.uuid))


def ensure(talk: Talk, pool: Any, spec: VolumeSpec) -> VolumeFacts:
    """The volume exists as the spec says; see the contract."""
    found = find(talk, pool, spec.uuid)
    if found is None:
        found = _make(talk, pool, spec)
    pools.await_allocated(talk, found)
    facts = _facts(talk, found)
    if (facts.size_bytes, facts.format, facts.base_image) != (spec.size_bytes, spec.format, spec.base_image):
        raise Refused(
            "The volume is there already, with another size or from another image.",
            detail=f"volume {spec.uuid}",
        )
    return facts


def remove(talk: Talk, pool: Any, uuid: UUID) -> None:
    """The volume is gone; Refused while a guest of the host runs on it."""
    if is_in_use(talk, pool, uuid):
        raise Refused(
            "An instance still uses this volume. Stop it or detach the volume first.", detail=f"volume {uuid}"
        )
    for name in (*(volume_name(uuid, one) for one in FORMATS), staged_name(uuid)):
        pools.remove_volume(talk, pool, name)


def needing(talk: Talk, pool: Any, image_id: UUID) -> list[UUID]:
    """The volumes that were made from the image and still need it."""
    return [facts.uuid for facts in list_facts(talk, pool) if facts.base_image == image_id]


def _make(talk: Talk, pool: Any, spec: VolumeSpec) -> Any:
    name = volume_name(spec.uuid, spec.format)
    description = volume_xml(spec, name, _base_path(talk, pool, spec))
    try:
        made = pools.make_volume(talk, pool, description, flags=making_flags(spec))
    except DriverError as fault:
        if not fault.is_retryable:
            clean_up(talk, pool, name, fault)
        raise
    # None: another caller was faster.
    return made if made is not None else talk.look(pool.storageVolLookupByName, name)


def clean_up(talk: Talk, pool: Any, name: str, fault: DriverError) -> None:
    """Nothing is left of a volume whose making failed; raises Leftover."""
    try:
        pools.remove_volume(talk, pool, name)
    except DriverError as second:
        raise Leftover(detail=f"{name}: {second.detail}") from fault


def _base_path(talk: Talk, pool: Any, spec: VolumeSpec) -> tuple[str, str] | None:
    """The path and format of the image, once it is complete and not larger than the volume."""
    if spec.base_image is None:
        return None
    if spec.format != "qcow2":
        raise Refused("A volume from an image must be qcow2 in this pool.", detail=f"volume {spec.uuid}")
    image = images.find_facts(talk, pool, spec.base_image)
    if image is None:
        raise NotThere("The template is not in this storage pool.", detail=f"image {spec.base_image}")
    if image.virtual_size_bytes > spec.size_bytes:
        raise Refused(
            "The volume would be smaller than the image that it starts from. Make it larger.",
            detail=f"{spec.size_bytes} of {image.virtual_size_bytes} bytes",
        )
    volume = talk.look(pool.storageVolLookupByName, image_name(image.image_id, image.format))
    return talk.look(volume.path), image.format


def volume_xml(spec: VolumeSpec, name: str, base: tuple[str, str] | None) -> str:
    """A volume as libvirt is asked for it."""
    root = xml.element("volume")
    xml.child(root, "name", text=name)
    xml.child(root, "capacity", {"unit": "bytes"}, str(spec.size_bytes))
    xml.child(
        root, "allocation", {"unit": "bytes"}, str(spec.size_bytes if spec.provisioning == "fat" else 0)
    )
    target = xml.child(root, "target")
    xml.child(target, "format", {"type": spec.format})
    if spec.format == "qcow2":
        # Version 3, without which a guest's discarded blocks would come back from the image. libvirt's
        # default is 2.
        xml.child(target, "compat", text="1.1")
    if base is not None:
        backing = xml.child(root, "backingStore")
        xml.child(backing, "path", text=base[0])
        # Said and not guessed: a raw image could look like anything.
        xml.child(backing, "format", {"type": base[1]})
    return xml.write(root)


def making_flags(spec: VolumeSpec) -> int:
    """With which flags libvirt is asked to make the volume."""
    # Of qcow2 files libvirt heeds the wished allocation only under this flag: nothing of it means that the map is
    # made, all of it that the blocks are as well.
    is_mapped = spec.format == "qcow2" and spec.provisioning != "thin"
    return int(library().VIR_STORAGE_VOL_CREATE_PREALLOC_METADATA) if is_mapped else 0


def _facts(talk: Talk, found: Any) -> VolumeFacts:
    name = FileName.read(VOLUME, talk.look(found.name))
    if name is None:
        raise NotThere(detail="not a volume of ours")
    root = xml.read(talk.look(found.XMLDesc, 0))
    backing = FileName.read(IMAGE, PurePosixPath(root.findtext("backingStore/path", "")).name)
    return VolumeFacts(
        uuid=name.uuid,
        locator=file_locator(talk.look(found.path)),
        size_bytes=int(root.findtext("capacity", "0")),
        allocated_bytes=int(root.findtext("allocation", "0")),
        format=name.format,
        base_image=backing.uuid if backing else None,
    )


def is_in_use(talk: Talk, pool: Any, uuid: UUID) -> bool:
    """True while a guest of the host runs on the volume."""
    found = find(talk, pool, uuid)
    try:
        return found is not None and talk.look(found.path) in paths_in_use(talk)
    except NotThere:
        return False


def paths_in_use(talk: Talk) -> set[str]:
    """The files that guests of the host have open now."""
    flags = library()
    running = talk.look(
        talk.connection.getAllDomainStats,
        flags.VIR_DOMAIN_STATS_BLOCK,
        flags.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE,
    )
    return {
        counters.get(f"block.{number}.path", "")
        for _, counters in running
        for number in range(counters.get("block.count", 0))
    }
