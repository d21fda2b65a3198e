"""Looks into image files before they are trusted: their format is said by whoever registered them, never
guessed.

A crafted image can name other files of the host as its backing or data file and so read them out
(CVE-2024-32498, CVE-2024-50386); such an image is refused whole. The layout of qcow2 is that of QEMU's
docs/interop/qcow2.txt.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cloudportal.drivers.deadlines import Deadline
from cloudportal.drivers.errors import Refused
from storage.drivers.contract import ImageSpec

CHUNK_BYTES = 1024 * 1024
HEADER_BYTES = 4096
SECTOR_BYTES = 512

QCOW2_MAGIC = b"QFI\xfb"
QCOW2_HEADER = struct.Struct(">4sIQIIQI")
QCOW2_VERSIONS = (2, 3)
QCOW2_FEATURES_OFFSET = 72
# Bit 0: not closed cleanly; 2: external data file; 3: other compression. Only the bits that any QEMU of ours
# reads without another file are let through: compression type and extended L2 entries.
QCOW2_SAFE_FEATURES = (1 << 3) | (1 << 4)

# What a file must not look like when it was registered as raw: some reader would take it for more than bytes.
FOREIGN_MAGICS = (
    QCOW2_MAGIC,
    b"QED\0",
    b"KDMV",
    b"# Disk DescriptorFile",
    b"COWD",
    b"conectix",
    b"vhdxfile",
    b"<<< ",
    b"\x7f\x10\xda\xbe",
    b"OOOO",
    b"LUKS\xba\xbe",
)


@contextmanager
def opened(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    """The source as a stream at its beginning; a stream given by the caller stays open."""
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield stream
        return
    source.seek(0)
    yield source


def inspect(spec: ImageSpec, stream: BinaryIO, deadline: Deadline) -> int:
    """The size in bytes of the disk in the image, once it is proved to be what the spec says; else Refused.

    Reads the stream to its end and leaves it at its beginning.
    """
    header = stream.read(HEADER_BYTES)
    virtual_size_bytes = _qcow2_size(header) if spec.format == "qcow2" else _raw_size(header, spec)
    stream.seek(0)
    size_bytes, checksum = _measure(stream, deadline)
    stream.seek(0)
    if size_bytes != spec.size_bytes:
        raise _wrong(
            "The file has another size than was recorded for it.", f"{size_bytes} of {spec.size_bytes} bytes"
        )
    if checksum != spec.checksum:
        raise _wrong("The file's checksum is not the one that was recorded for it.", f"sha256 {checksum}")
    return virtual_size_bytes


def _measure(stream: BinaryIO, deadline: Deadline) -> tuple[int, str]:
    digest = hashlib.sha256()
    size_bytes = 0
    while chunk := stream.read(CHUNK_BYTES):
        deadline.demand("reading the image")
        digest.update(chunk)
        size_bytes += len(chunk)
    return size_bytes, digest.hexdigest()


def _qcow2_size(header: bytes) -> int:
    if len(header) < QCOW2_FEATURES_OFFSET + 8 or not header.startswith(QCOW2_MAGIC):
        raise _wrong("The file is not a qcow2 image.", "no qcow2 header")
    _, version, backing_offset, _, _, size_bytes, encryption = QCOW2_HEADER.unpack_from(header)
    if version not in QCOW2_VERSIONS:
        raise _wrong("The file is a qcow2 image of a version that we do not know.", f"version {version}")
    if backing_offset:
        raise _wrong("The file refers to another file as its base.", "qcow2 backing file")
    if encryption:
        raise _wrong("The file is encrypted.", f"qcow2 encryption {encryption}")
    if version > 2:
        _demand_safe_features(header)
    return int(size_bytes)


def _demand_safe_features(header: bytes) -> None:
    (features,) = struct.unpack_from(">Q", header, QCOW2_FEATURES_OFFSET)
    if features & ~QCOW2_SAFE_FEATURES:
        raise _wrong(
            "The file refers to other files or was not closed cleanly.", f"qcow2 features {features:#x}"
        )


def _raw_size(header: bytes, spec: ImageSpec) -> int:
    if header.startswith(FOREIGN_MAGICS):
        raise _wrong("The file was registered as raw but is another kind of image.", "foreign magic")
    if spec.size_bytes % SECTOR_BYTES:
        raise _wrong("The file was registered as raw but is not whole sectors.", f"{spec.size_bytes} bytes")
    return spec.size_bytes


def _wrong(sentence: str, detail: str) -> Refused:
    return Refused(f"{sentence} The image is not used; register it again from a good file.", detail=detail)
