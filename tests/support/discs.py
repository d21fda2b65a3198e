"""Small discs: ISO images as mkisofs would make them, with or without something on them that a machine starts."""

import io
import struct

import pycdlib

from tests.support.bootsectors import HEEDING, SECTOR_BYTES

# El Torito loads these sectors of 512 bytes at 0x7c00 and jumps there, as the firmware does with a disk's first.
LOADED_SECTORS = 4


def iso_bytes(*, boots=True, salt=b""):
    """An ISO 9660 image whose boot code, where it has any, prints the greeting on the serial port and waits."""
    disc = pycdlib.PyCdlib()
    disc.new(interchange_level=1, vol_ident="TEST")
    _add(disc, salt or b"nothing", "/SALT.;1")
    if boots:
        code = HEEDING.ljust(SECTOR_BYTES - 2, b"\0") + b"\x55\xaa"
        _add(disc, code.ljust(LOADED_SECTORS * SECTOR_BYTES, b"\0"), "/BOOT.;1")
        disc.add_eltorito("/BOOT.;1", "/BOOT.CAT;1", boot_load_size=LOADED_SECTORS)
    made = io.BytesIO()
    disc.write_fp(made)
    disc.close()
    return made.getvalue()


def udf_bytes():
    """What tells that a disc is UDF alone: its volume recognition sequence (ECMA-167, 2/9.1)."""
    marks = (b"BEA01", b"NSR03", b"TEA01")
    sectors = b"".join((b"\0" + mark + b"\1").ljust(2048, b"\0") for mark in marks)
    return bytes(16 * 2048) + sectors + bytes(64 * 2048)


def descriptor(content, kind):
    """Where the first volume descriptor of that kind begins."""
    return next(at for at in range(16 * 2048, len(content), 2048) if content[at] == kind)


def patched(content, at, layout, *values):
    """The same image with other values there."""
    changed = bytearray(content)
    struct.pack_into(layout, changed, at, *values)
    return bytes(changed)


def _add(disc, content, path):
    disc.add_fp(io.BytesIO(content), len(content), path)
