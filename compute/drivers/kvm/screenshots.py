"""Pictures of guests' screens."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from cloudportal.drivers.errors import DriverError, OutcomeUnknown, Refused
from cloudportal.drivers.libvirtd.link import Talk
from cloudportal.drivers.libvirtd.pools import CHUNK_BYTES
from compute.drivers.console import PNG, SCREENSHOT_LIMIT_BYTES
from compute.drivers.pictures import png_of_ppm

FIRST_SCREEN = 0


def take(talk: Talk, domain: Any) -> bytes:
    """The screen as a PNG; see the contract."""
    if not talk.look(domain.isActive):
        raise Refused("The instance is switched off, so it has no screen. Start it first.")
    stream = talk.look(talk.connection.newStream, 0)
    try:
        talk.look(domain.screenshot, stream, FIRST_SCREEN, 0)
        content = _received(talk, stream)
        talk.look(stream.finish)
    except DriverError as fault:
        if not isinstance(fault, OutcomeUnknown):
            # What went wrong may have closed the stream already, and is what the caller must hear of.
            with suppress(DriverError):
                talk.look(stream.abort)
        raise
    # QEMU before 7.1 knows no PNG.
    return content if content.startswith(PNG) else png_of_ppm(content)


def _received(talk: Talk, stream: Any) -> bytes:
    content = bytearray()
    while chunk := talk.look(stream.recv, CHUNK_BYTES):
        content += chunk
        # Three bytes a point in the older format, before it is packed.
        if len(content) > 4 * SCREENSHOT_LIMIT_BYTES:
            raise Refused(detail="the picture of the screen is too large")
    return bytes(content)
