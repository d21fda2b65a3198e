"""Pictures as PNG, without a library for pictures: what a hypervisor gives, and what a simulated guest shows."""

from __future__ import annotations

import re
import zlib

from cloudportal.drivers.errors import Refused
from compute.drivers.console import PNG

MOST_POINTS = 8192
_PPM_HEAD = re.compile(rb"P6\s+(\d{1,5})\s+(\d{1,5})\s+255\s")


def png(width: int, height: int, rgb: bytes) -> bytes:
    """A picture of three bytes a point, row by row from the top, as PNG (RFC 2083)."""
    stride = width * 3
    rows = b"".join(b"\0" + rgb[start : start + stride] for start in range(0, stride * height, stride))
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return PNG + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows, level=6)) + _chunk(b"IEND", b"")


def png_of_ppm(content: bytes) -> bytes:
    """A portable pixmap with 8 bits a colour as PNG. Raises Refused for anything else."""
    head = _PPM_HEAD.match(content)
    if head is None:
        raise Refused(detail="the picture of the screen has a format that we do not know")
    width, height = int(head[1]), int(head[2])
    rgb = content[head.end() :]
    if not 0 < width <= MOST_POINTS or not 0 < height <= MOST_POINTS or len(rgb) != width * height * 3:
        raise Refused(detail="the picture of the screen is not as large as it says")
    return png(width, height, rgb)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")
