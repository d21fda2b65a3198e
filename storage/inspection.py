"""Looks into an image before it is trusted: it must plainly be what it was registered as, and lean on no other file.

A crafted image can name files of the host as its base or its data and so read them out (CVE-2024-50386,
CVE-2024-32498, CVE-2024-4467), or claim a size that fills the pools. The format is never guessed. Layouts: QEMU's
docs/interop/qcow2.txt; the other magics are those that QEMU's block drivers probe for.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cloudportal.core.errors import InvalidInput
from storage import discs
from storage.amounts import SECTOR_BYTES, readable

FORMATS = ("qcow2", "raw")
ISO = "iso"
# As the largest disk that we hand out.
LARGEST_VIRTUAL_BYTES = 16 * 1024**4

_MAGIC = b"QFI\xfb"
_HEADER = struct.Struct(">4sIQIIQIIQQIIQ")
_FEATURES = struct.Struct(">QQQII")
_EXTENSION = struct.Struct(">II")
# Compression type and extended L2 entries. Not: dirty, corrupt, external data file, or what we do not know.
_SAFE_FEATURES = (1 << 3) | (1 << 4)
# Autoclear bit 1: raw external data.
_RAW_EXTERNAL_DATA = 1 << 1
_BACKING_FORMAT = 0xE2792ACA
_EXTERNAL_DATA_FILE = 0x44415441
_CRYPTO = 0x0537BE77
# Reference counts of up to 64 bits.
_LARGEST_REFCOUNT_ORDER = 6
_CLUSTER_BITS = range(9, 22)
_HEAD_BYTES = 1 << 21
# As QEMU allows for either table (block/qcow2.h).
_LARGEST_TABLE_BYTES = 32 * 1024**2

# Where QEMU, or another reader, would take bytes for an image of another kind: offset and magic.
_FOREIGN = (
    (0, _MAGIC),
    (0, b"QED\0"),
    (0, b"KDMV"),
    (0, b"COWD"),
    (0, b"# Disk DescriptorFile"),
    (0, b"conectix"),
    (0, b"vhdxfile"),
    (0, b"LUKS\xba\xbe"),
    (0, b"WithoutFreeSpace"),
    (0, b"WithouFreSpacExt"),
    (0, b"Bochs Virtual HD Image"),
    (0, b"<<< "),
    (0, b"OOOO"),
    (0x40, b"\x7f\x10\xda\xbe"),
)
# Formats that are known by their last sector.
_FOREIGN_TAILS = (b"conectix", b"koly")


@dataclass(frozen=True)
class Inspected:
    """What an image turned out to be: the size of the disk inside it, and whether a machine can start from it (which
    only discs tell).
    """

    virtual_size_bytes: int
    is_bootable: bool = True


def inspect(path: Path, *, format: str) -> Inspected:
    """The image at this path, found to be of the format that it was registered as.

    The file must lie where nobody else can change it. Raises InvalidInput with a sentence for whoever sent it.
    """
    size_bytes = path.stat().st_size
    is_bootable = True
    with path.open("rb") as file:
        if format == ISO:
            virtual = _raw(file, size_bytes)
            is_bootable = discs.inspect(file, size_bytes).is_bootable
        elif format == "qcow2":
            virtual = _qcow2(file, size_bytes)
        elif format == "raw":
            virtual = _raw(file, size_bytes)
        else:
            raise InvalidInput.of("format", f"Choose one of {', '.join(FORMATS)}.")
    if not 0 < virtual <= LARGEST_VIRTUAL_BYTES:
        raise _wrong(
            f"The disk in the image has {readable(virtual)}; up to {readable(LARGEST_VIRTUAL_BYTES)} are allowed."
        )
    return Inspected(virtual, is_bootable)


def _raw(file: BinaryIO, size_bytes: int) -> int:
    if size_bytes % SECTOR_BYTES:
        raise _wrong(f"A raw image is whole sectors of {SECTOR_BYTES} bytes; this file is not.")
    head = file.read(SECTOR_BYTES)
    file.seek(-SECTOR_BYTES, 2)
    tail = file.read(SECTOR_BYTES)
    is_foreign = any(head[at:].startswith(magic) for at, magic in _FOREIGN) or tail.startswith(_FOREIGN_TAILS)
    if is_foreign:
        raise _wrong("The file was registered as plain sectors, but it is an image of another format.")
    return size_bytes


def _qcow2(file: BinaryIO, size_bytes: int) -> int:
    head = file.read(_HEAD_BYTES)
    if len(head) < _HEADER.size or not head.startswith(_MAGIC):
        raise _wrong("The file was registered as qcow2, but it is not one.")
    (
        _,
        version,
        backing,
        backing_length,
        cluster_bits,
        virtual,
        encryption,
        l1_size,
        l1_at,
        refcounts_at,
        refcount_clusters,
        snapshots,
        _,
    ) = _HEADER.unpack_from(head)
    if version not in (2, 3):
        raise _wrong(f"This is version {version} of qcow2. Convert it to version 2 or 3.")
    if backing or backing_length:
        raise _wrong(
            "The image stands on another file (a backing file). Convert it to one that stands alone."
        )
    if encryption:
        raise _wrong("The image is encrypted. Convert it to one that is not.")
    if cluster_bits not in _CLUSTER_BITS or virtual % SECTOR_BYTES:
        raise _wrong("The header of the image is damaged.")
    _demand_sane_tables(
        1 << cluster_bits, virtual, (l1_at, l1_size), (refcounts_at, refcount_clusters), size_bytes
    )
    if snapshots:
        raise _wrong("The image holds snapshots of its own. Convert it to one without.")
    header_bytes = _demand_safe_features(head) if version == 3 else _HEADER.size
    _demand_safe_extensions(head[: 1 << cluster_bits], header_bytes)
    return int(virtual)


def _demand_sane_tables(
    cluster_bytes: int, virtual: int, l1: tuple[int, int], refcounts: tuple[int, int], size_bytes: int
) -> None:
    """The L1 table (where, entries) and the refcount table (where, clusters) lie in the file and fit the disk."""
    ends = l1[0] + l1[1] * 8, refcounts[0] + refcounts[1] * cluster_bytes
    if l1[0] % cluster_bytes or refcounts[0] % cluster_bytes or not refcounts[1]:
        raise _wrong("The header of the image is damaged.")
    if max(ends[0] - l1[0], ends[1] - refcounts[0]) > _LARGEST_TABLE_BYTES:
        raise _wrong("The tables of the image are larger than any disk of ours needs.")
    # An entry of the L1 table leads to a cluster full of entries of 8 bytes, each of which leads to a cluster.
    if l1[1] * (cluster_bytes // 8) * cluster_bytes < virtual <= LARGEST_VIRTUAL_BYTES:
        raise _wrong("The header of the image is damaged: its tables do not cover its disk.")
    if max(ends) > size_bytes:
        raise _wrong("The image is not complete: its tables lie past its end.")


def _demand_safe_features(head: bytes) -> int:
    if len(head) < _HEADER.size + _FEATURES.size:
        raise _wrong("The header of the image is damaged.")
    incompatible, _, autoclear, refcount_order, header_bytes = _FEATURES.unpack_from(head, _HEADER.size)
    if incompatible & ~_SAFE_FEATURES or autoclear & _RAW_EXTERNAL_DATA:
        raise _wrong(
            "The image leans on another file, was not closed cleanly, or needs what we do not know. "
            "Convert it to one that stands alone."
        )
    if refcount_order > _LARGEST_REFCOUNT_ORDER or header_bytes % 8:
        raise _wrong("The header of the image is damaged.")
    if not _HEADER.size + _FEATURES.size <= header_bytes <= len(head):
        raise _wrong("The header of the image is damaged.")
    return int(header_bytes)


def _demand_safe_extensions(cluster: bytes, at: int) -> None:
    refused = {_BACKING_FORMAT, _EXTERNAL_DATA_FILE, _CRYPTO}
    if any(kind in refused for kind in _extensions(cluster, at)):
        raise _wrong("The image names another file or a key. Convert it to one that stands alone.")


def _extensions(cluster: bytes, at: int) -> Iterator[int]:
    while at + _EXTENSION.size <= len(cluster):
        kind, length = _EXTENSION.unpack_from(cluster, at)
        if not kind:
            return
        yield kind
        at += _EXTENSION.size + -(-length // 8) * 8


def _wrong(sentence: str) -> InvalidInput:
    return InvalidInput.of("source_file", f"{sentence} Nothing of it was kept.")
