"""Looks into images of CDs and DVDs before they are trusted: ISO 9660 (ECMA-119), UDF (ECMA-167) and El Torito."""

import struct
from dataclasses import dataclass
from typing import BinaryIO

from cloudportal.core.errors import InvalidInput

SECTOR_BYTES = 2048
# The first 16 sectors are for whatever starts the machine; the descriptors of what is on the disc follow.
FIRST_DESCRIPTOR = 16
MOST_DESCRIPTORS = 64
_ISO = b"CD001"
_UDF = (b"NSR02", b"NSR03")
_OTHERS = (b"BEA01", b"TEA01", b"BOOT2", b"CDW02")
_BOOT_RECORD, _PRIMARY, _END = 0, 1, 255
_EL_TORITO = b"EL TORITO SPECIFICATION"
_BOOTABLE = 0x88


@dataclass(frozen=True)
class Disc:
    """What a disc turned out to be."""

    is_bootable: bool


def inspect(file: BinaryIO, size_bytes: int) -> Disc:
    """The disc in the file, whole. Raises InvalidInput."""
    if size_bytes % 512:
        raise _wrong("A disc is whole sectors; this file is not.")
    kinds = []
    is_bootable = False
    for number in range(FIRST_DESCRIPTOR, FIRST_DESCRIPTOR + MOST_DESCRIPTORS):
        sector = _sector(file, number)
        kind, mark = sector[0] if sector else _END, sector[1:6]
        if mark not in (_ISO, *_UDF, *_OTHERS):
            break
        kinds.append((mark, kind))
        if (mark, kind) == (_ISO, _PRIMARY):
            _demand_whole(sector, size_bytes)
        if (mark, kind) == (_ISO, _BOOT_RECORD) and sector[7:].startswith(_EL_TORITO):
            is_bootable = is_bootable or _starts_machines(file, sector, size_bytes)
    is_iso = (_ISO, _PRIMARY) in kinds
    is_udf = any(mark in _UDF for mark, _ in kinds)
    if not is_iso and not is_udf:
        raise _wrong("The file was registered as an ISO, but there is neither ISO 9660 nor UDF on it.")
    return Disc(is_bootable)


def _demand_whole(descriptor: bytes, size_bytes: int) -> None:
    """As many blocks as the disc says it has are there."""
    blocks, block_bytes = (
        struct.unpack_from("<I", descriptor, 80)[0],
        struct.unpack_from("<H", descriptor, 128)[0],
    )
    if descriptor[6] != 1 or block_bytes not in (512, 1024, 2048) or not blocks:
        raise _wrong("The descriptor of the disc is damaged.")
    if blocks * block_bytes > size_bytes:
        raise _wrong("The disc is not complete: it says that it is larger than the file.")


def _starts_machines(file: BinaryIO, record: bytes, size_bytes: int) -> bool:
    """True where the boot catalogue (El Torito, 2.1 to 2.3) is sound and has something to start."""
    (catalogue_at,) = struct.unpack_from("<I", record, 71)
    if (catalogue_at + 1) * SECTOR_BYTES > size_bytes:
        raise _wrong("The boot catalogue of the disc lies past its end.")
    catalogue = _sector(file, catalogue_at)
    words = struct.unpack_from("<16H", catalogue)
    if catalogue[0] != 1 or catalogue[30:32] != b"\x55\xaa" or sum(words) & 0xFFFF:
        raise _wrong("The boot catalogue of the disc is damaged.")
    (image_at,) = struct.unpack_from("<I", catalogue, 40)
    return catalogue[32] == _BOOTABLE and image_at * SECTOR_BYTES < size_bytes


def _sector(file: BinaryIO, number: int) -> bytes:
    file.seek(number * SECTOR_BYTES)
    sector = file.read(SECTOR_BYTES)
    return sector if len(sector) == SECTOR_BYTES else b""


def _wrong(sentence: str) -> InvalidInput:
    return InvalidInput.of("source_file", f"{sentence} Nothing of it was kept.")
