"""What a driver may offer of a guest's screen, keyboard and serial line."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from socket import socket
from uuid import UUID

PNG = b"\x89PNG\r\n\x1a\n"
# A screen of 4096 × 2160 is 35 MiB before it is packed; nobody sends us more than this as a picture of one.
SCREENSHOT_LIMIT_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class SerialLog:
    """The end of what a guest wrote to its first serial line: raw bytes that the guest chose, so trust nothing in
    them. `is_whole` is False where something before them was left out.
    """

    content: bytes
    is_whole: bool


class OffersConsole(ABC):
    """Can connect somebody to the screen and the keyboard of a running guest."""

    @abstractmethod
    def open_console(self, uuid: UUID) -> socket:
        """A connection to the guest's screen, on which RFB 3.8 (RFC 6143) goes on with the client's ClientInit: the
        guest's side has let us in already. The socket blocks, and it is the caller's to close.

        Whoever gets past the host's own protection without this call must find either nothing that listens, or a
        server that lets nobody in: what lets us in is made for one call, soon runs out, and is kept nowhere. Several
        connections to one guest may be open at once. They end with the guest, and outlive this driver. Raises
        NotThere, Refused for a guest that is off or was started without a screen, and Unsupported where the host is
        reached in a way that leads to no screen.
        """


class TakesScreenshots(ABC):
    """Can take a picture of a running guest's screen."""

    @abstractmethod
    def screenshot(self, uuid: UUID) -> bytes:
        """The screen as a PNG of at most SCREENSHOT_LIMIT_BYTES; raises NotThere, and Refused for a guest that is
        off.
        """


class KeepsSerialLog(ABC):
    """Keeps what a guest writes to its first serial line, from its last start on."""

    @abstractmethod
    def serial_log(self, uuid: UUID, *, limit_bytes: int) -> SerialLog:
        """The last bytes of it, nothing before the first start; raises NotThere."""
