"""The beginning of RFB 3.8, from the client's side: versions, and the proof of a VNC password (RFC 6143, section 7).

Everything that is read here comes from a host and may be anything.
"""

from __future__ import annotations

import time
from socket import socket

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import ECB

from cloudportal.drivers.errors import OutcomeUnknown, Refused, Unreachable, WrongCredentials

VERSION = b"RFB 003.008\n"
SECURITY_NONE = 1
SECURITY_VNC = 2
PASSWORD_CHARACTERS = 8
CHALLENGE_BYTES = 16
ACCEPTED = bytes(4)
# Its only use is a detail for operators; a server that claims a longer one has no reason at all.
REASON_LIMIT_BYTES = 1024


def enter(connected: socket, password: str, *, timeout_seconds: float) -> None:
    """The server on the other side has let us in: ClientInit comes next. An empty password means that none is asked.

    Raises WrongCredentials for a password that it does not take, Refused for a server that is no RFB 3.8 server or
    asks for something else, Unreachable where it hangs up, OutcomeUnknown past the time.
    """
    server = _Server(connected, time.monotonic() + timeout_seconds)
    try:
        _enter(server, password)
    except TimeoutError:
        raise OutcomeUnknown(detail="the VNC server did not answer in time") from None
    except OSError as error:
        raise Unreachable(detail=f"the VNC server hung up: {error.strerror}") from error


def answer(challenge: bytes, password: str) -> bytes:
    """What proves the password to a server that sent the challenge."""
    key = bytes(_mirrored(byte) for byte in _key(password))
    # DES alone is not to be had; with one key three times over, Triple DES is the same.
    made = Cipher(TripleDES(key * 3), ECB()).encryptor()  # noqa: S305
    return made.update(challenge) + made.finalize()


class _Server:
    """The other side, which is waited for until the deadline only."""

    def __init__(self, connected: socket, deadline: float) -> None:
        self._connected = connected
        self._deadline = deadline

    def read(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            self._set_timeout()
            more = self._connected.recv(size - len(got))
            if not more:
                raise Unreachable(detail="the VNC server hung up before it let us in")
            got += more
        return got

    def write(self, content: bytes) -> None:
        self._set_timeout()
        self._connected.sendall(content)

    def read_reason(self) -> str:
        length = int.from_bytes(self.read(4), "big")
        return "" if length > REASON_LIMIT_BYTES else repr(self.read(length))

    def _set_timeout(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connected.settimeout(left)


def _enter(server: _Server, password: str) -> None:
    if server.read(len(VERSION)) != VERSION:
        raise Refused(detail="what answers as the guest's screen does not speak RFB 3.8")
    server.write(VERSION)
    offered = server.read(server.read(1)[0])
    if not offered:
        raise Refused(detail=f"the VNC server refused us: {server.read_reason()}")
    wanted = SECURITY_VNC if password else SECURITY_NONE
    if wanted not in offered:
        raise Refused(detail=f"the VNC server asks for security {list(offered)} and not {wanted}")
    server.write(bytes([wanted]))
    if password:
        server.write(answer(server.read(CHALLENGE_BYTES), password))
    if server.read(len(ACCEPTED)) != ACCEPTED:
        raise WrongCredentials(
            "The instance's screen did not let us in. Try again; if that does not help, tell the operators.",
            detail=f"the VNC server refused its password: {server.read_reason()}",
        )


def _key(password: str) -> bytes:
    return password.encode("ascii")[:PASSWORD_CHARACTERS].ljust(PASSWORD_CHARACTERS, b"\0")


def _mirrored(byte: int) -> int:
    # VNC takes each byte of its key with the least bit first, unlike everybody else.
    return int(f"{byte:08b}"[::-1], 2)
