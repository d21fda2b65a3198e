"""What files in a pool are called. The name says the format, so that nobody ever has to guess it from the
content.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self, cast
from uuid import UUID

from storage.drivers.contract import FORMATS, ImageFacts, VolumeFormat

UUID_PATTERN = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
FORMAT_PATTERN = "|".join(FORMATS)
VOLUME = re.compile(rf"volume-({UUID_PATTERN})\.({FORMAT_PATTERN})")
IMAGE = re.compile(rf"image-({UUID_PATTERN})\.({FORMAT_PATTERN})")
MARK = re.compile(rf"image-({UUID_PATTERN})\.({FORMAT_PATTERN})\.([0-9a-f]{{64}})\.(\d+)\.(\d+)\.complete")


@dataclass(frozen=True)
class FileName:
    """The id and format in the name of a volume or image."""

    uuid: UUID
    format: VolumeFormat

    @classmethod
    def read(cls, pattern: re.Pattern[str], name: str) -> Self | None:
        """The parts of the name, or None when it is no such name."""
        found = pattern.fullmatch(name)
        return None if found is None else cls(UUID(found.group(1)), cast(VolumeFormat, found.group(2)))


def volume_name(uuid: UUID, volume_format: VolumeFormat) -> str:
    """The file name of a volume."""
    return f"volume-{uuid}.{volume_format}"


def staged_name(uuid: UUID) -> str:
    """The file name of what a volume is made of meanwhile; it is in no list."""
    return f"staged-{uuid}.raw"


def image_name(image_id: UUID, image_format: VolumeFormat) -> str:
    """The file name of an image."""
    return f"image-{image_id}.{image_format}"


def snapshot_name(uuid: UUID) -> str:
    """The file name of a copy of a volume that waits to be read."""
    return f"snapshot-{uuid}.qcow2"


def mark_name(facts: ImageFacts) -> str:
    """The name of the empty file that says that an image is complete, and what it is."""
    name = image_name(facts.image_id, facts.format)
    return f"{name}.{facts.checksum}.{facts.size_bytes}.{facts.virtual_size_bytes}.complete"


def marked_image(name: str) -> ImageFacts | None:
    """The image that a mark's name tells of, or None when it is no mark."""
    found = MARK.fullmatch(name)
    if found is None:
        return None
    return ImageFacts(
        image_id=UUID(found.group(1)),
        format=cast(VolumeFormat, found.group(2)),
        checksum=found.group(3),
        size_bytes=int(found.group(4)),
        virtual_size_bytes=int(found.group(5)),
    )
