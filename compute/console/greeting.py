"""The beginning of RFB 3.8 towards a viewer, from the server's side: its ticket has let it in, so no password is asked
(RFC 6143, sections 7.1 and 7.2).
"""

from dataclasses import dataclass

from compute.console.messages import Broken
from compute.drivers.rfb import ACCEPTED, SECURITY_NONE, VERSION

OFFER = bytes([1, SECURITY_NONE])


@dataclass
class Greeting:
    """What is said before ClientInit: `begin` first, then `feed` with what the viewer sends until it is done."""

    _kept: bytes = b""
    _is_versioned: bool = False
    is_done: bool = False

    def begin(self) -> bytes:
        """What the server says first."""
        return VERSION

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """The answer, and once done what the viewer sent beyond the greeting. Raises Broken."""
        self._kept += data
        answer = b""
        if not self._is_versioned and len(self._kept) >= len(VERSION):
            if self._take(len(VERSION)) != VERSION:
                raise Broken("another version of RFB")
            self._is_versioned = True
            answer += OFFER
        if self._is_versioned and self._kept and not self.is_done:
            if self._take(1) != OFFER[1:]:
                raise Broken("a security type that was not offered")
            self.is_done = True
            answer += ACCEPTED
        beyond, self._kept = (self._kept, b"") if self.is_done else (b"", self._kept)
        return answer, beyond

    def _take(self, size: int) -> bytes:
        taken, self._kept = self._kept[:size], self._kept[size:]
        return taken
