"""Public SSH keys as OpenSSH writes them: read whole, so that nothing else can pass for one."""

import base64
import binascii
import hashlib
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MOST_CHARACTERS = 8192
# OpenSSH refuses shorter RSA keys (RequiredRSASize), and none that is longer is of any use.
LEAST_RSA_BITS, MOST_RSA_BITS = 1024, 16384
UNCOMPRESSED = 4


class NotAKey(ValueError):
    """The text is no public key that OpenSSH would take."""


@dataclass(frozen=True)
class PublicKey:
    """A public key. `blob` is the key itself (RFC 4253, section 6.6), `comment` whatever stands behind it."""

    kind: str
    blob: bytes
    comment: str = ""

    @property
    def line(self) -> str:
        """As it stands in an authorized_keys file."""
        words = (self.kind, base64.b64encode(self.blob).decode(), self.comment)
        return " ".join(word for word in words if word)

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` shows it."""
        digest = hashlib.sha256(self.blob).digest()
        return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def read(text: str) -> PublicKey:
    """The key in a line such as `ssh-ed25519 AAAA… you@example.org`. Raises NotAKey.

    Options before the kind are refused: what a key may do is for the guest's own administrator to say.
    """
    line = text.strip()
    words = line.split(None, 2)
    if not line.isprintable() or len(line) > MOST_CHARACTERS or len(words) < 2:
        raise NotAKey
    kind, blob = words[0], _decoded(words[1])
    if kind not in _PARTS:
        raise NotAKey
    first, *parts = _strings(blob)
    if first != kind.encode() or not _PARTS[kind](parts):
        raise NotAKey
    return PublicKey(kind, blob, words[2] if len(words) > 2 else "")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotAKey from error


def _strings(blob: bytes) -> list[bytes]:
    """The strings that the blob consists of, each with its length before it (RFC 4251, section 5)."""
    found, place = [], 0
    while place < len(blob):
        head = blob[place : place + 4]
        end = place + 4 + (struct.unpack(">I", head)[0] if len(head) == 4 else len(blob))
        if end > len(blob):
            raise NotAKey
        found.append(blob[place + 4 : end])
        place = end
    if not found:
        raise NotAKey
    return found


def _is_ed25519(parts: list[bytes]) -> bool:
    return [len(part) for part in parts] == [32]


def _is_rsa(parts: list[bytes]) -> bool:
    if len(parts) != 2:
        return False
    exponent, modulus = (int.from_bytes(part, "big", signed=True) for part in parts)
    is_sound = exponent > 2 and exponent % 2 == 1
    return is_sound and modulus > 0 and LEAST_RSA_BITS <= modulus.bit_length() <= MOST_RSA_BITS


def _is_point_on(curve: str, size: int) -> Callable[[list[bytes]], bool]:
    def is_point(parts: list[bytes]) -> bool:
        if len(parts) != 2 or parts[0] != curve.encode():
            return False
        return len(parts[1]) == 1 + 2 * size and parts[1][0] == UNCOMPRESSED

    return is_point


def _with_application(is_key: Callable[[list[bytes]], bool]) -> Callable[[list[bytes]], bool]:
    # PROTOCOL.u2f of OpenSSH: the key of a hardware token ends with the application that it is for.
    return lambda parts: len(parts) > 1 and parts[-1].isascii() and is_key(parts[:-1])


_PARTS: Mapping[str, Callable[[list[bytes]], bool]] = {
    "ssh-ed25519": _is_ed25519,
    "ssh-rsa": _is_rsa,
    "ecdsa-sha2-nistp256": _is_point_on("nistp256", 32),
    "ecdsa-sha2-nistp384": _is_point_on("nistp384", 48),
    "ecdsa-sha2-nistp521": _is_point_on("nistp521", 66),
    "sk-ssh-ed25519@openssh.com": _with_application(_is_ed25519),
    "sk-ecdsa-sha2-nistp256@openssh.com": _with_application(_is_point_on("nistp256", 32)),
}
KINDS = tuple(_PARTS)
