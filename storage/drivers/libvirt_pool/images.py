"""Images in a directory pool.

libvirt cannot rename a file, so an image is complete when an empty file beside it says so: the mark. Its name
holds all that is known of the image. Callers who send the same image at once write the same bytes, and either
may set the mark.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from cloudportal.drivers.errors import DriverError, Leftover, NotThere, Refused
from cloudportal.drivers.libvirtd import pools
from cloudportal.drivers.libvirtd.link import Talk
from cloudportal.drivers.libvirtd.locators import file_locator
from cloudportal.drivers.libvirtd.overtaking import wait_while_busy
from storage.drivers.contract import FORMATS, ImageFacts, ImageSpec
from storage.drivers.images import inspect, opened
from storage.drivers.libvirt_pool import volumes
from storage.drivers.libvirt_pool.names import image_name, mark_name, marked_image

# The host's QEMU runs as a user of its own and must be able to read what many guests share.
SHARED_MODE = "0644"
MARK_BYTES = 512


def find_facts(talk: Talk, pool: Any, image_id: UUID) -> ImageFacts | None:
    """The image when it is complete, else None."""
    found = _marked(talk, pool, image_id)
    if found is None or pools.find_volume(talk, pool, image_name(image_id, found.format)) is None:
        return None
    return found


def ensure(talk: Talk, pool: Any, spec: ImageSpec, source: Path | BinaryIO) -> ImageFacts:
    """The image is complete in the pool; see the contract."""
    found = find_facts(talk, pool, spec.image_id)
    if found is not None:
        return _demand_same(found, spec)
    with opened(source) as stream:
        facts = ImageFacts(
            image_id=spec.image_id,
            format=spec.format,
            checksum=spec.checksum,
            size_bytes=spec.size_bytes,
            virtual_size_bytes=inspect(spec, stream, talk.deadline),
        )
        try:
            wait_while_busy(talk, lambda: _complete(talk, pool, facts, stream))
        except DriverError as fault:
            if not fault.is_retryable:
                _clean_up(talk, pool, spec, fault)
            raise
    return facts


def locator(talk: Talk, pool: Any, image_id: UUID) -> str:
    """Where guests find the image; raises NotThere."""
    found = find_facts(talk, pool, image_id)
    if found is None:
        raise NotThere("The image is not in this storage pool.", detail=f"image {image_id}")
    volume = talk.look(pool.storageVolLookupByName, image_name(image_id, found.format))
    return file_locator(talk.look(volume.path))


def remove(talk: Talk, pool: Any, image_id: UUID) -> None:
    """The image is gone; Refused while a volume needs it."""
    needing = volumes.needing(talk, pool, image_id)
    if needing:
        raise Refused(
            "Volumes of this pool were made from the image and still need it.",
            detail=f"{len(needing)} volumes",
        )
    # The mark first: an image without it is none, a mark without an image would be a lie.
    found = _marked(talk, pool, image_id)
    if found is not None:
        pools.remove_volume(talk, pool, mark_name(found))
    for image_format in FORMATS:
        pools.remove_volume(talk, pool, image_name(image_id, image_format))


def _marked(talk: Talk, pool: Any, image_id: UUID) -> ImageFacts | None:
    pools.refresh(talk, pool)
    for name in talk.look(pool.listVolumes):
        found = marked_image(name)
        if found is not None and found.image_id == image_id:
            return found
    return None


def _complete(talk: Talk, pool: Any, facts: ImageFacts, stream: BinaryIO) -> None:
    # Another caller may have completed it while we waited for that.
    if find_facts(talk, pool, facts.image_id) is None:
        stream.seek(0)
        _send(talk, pool, facts, stream)


def _send(talk: Talk, pool: Any, facts: ImageFacts, stream: BinaryIO) -> None:
    name = image_name(facts.image_id, facts.format)
    # A file of plain bytes, whatever its format: it is filled as it is, not by its content.
    description = pools.raw_volume_xml(name, facts.size_bytes, mode=SHARED_MODE)
    volume = pools.make_volume(talk, pool, description)
    if volume is None:
        volume = talk.look(pool.storageVolLookupByName, name)
    pools.await_allocated(talk, volume)
    pools.send(talk, volume, stream, facts.size_bytes)
    digest = hashlib.sha256()
    for chunk in pools.receive(talk, volume, facts.size_bytes):
        digest.update(chunk)
    if digest.hexdigest() != facts.checksum:
        raise Refused("The image arrived damaged on the host.", detail=f"sha256 {digest.hexdigest()}")
    pools.make_volume(talk, pool, pools.raw_volume_xml(mark_name(facts), MARK_BYTES))


def _demand_same(found: ImageFacts, spec: ImageSpec) -> ImageFacts:
    if (found.format, found.checksum) != (spec.format, spec.checksum):
        raise Refused("Another image is in the pool under the same id.", detail=f"image {spec.image_id}")
    return found


def _clean_up(talk: Talk, pool: Any, spec: ImageSpec, fault: DriverError) -> None:
    # Another caller may have completed the same image meanwhile.
    if find_facts(talk, pool, spec.image_id) is not None:
        return
    name = image_name(spec.image_id, spec.format)
    try:
        pools.remove_volume(talk, pool, name)
    except DriverError as second:
        raise Leftover(detail=f"{name}: {second.detail}") from fault
