"""Checksums as publishers write them beside their files."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from cloudportal.core.errors import InvalidInput

_LENGTHS = {32: "md5", 64: "sha256", 128: "sha512"}
_WRITTEN = re.compile(r"(?:\{([A-Za-z0-9-]{3,7})\}|([A-Za-z0-9-]{3,7}):)?\s*([0-9A-Fa-f]{32,128})")


@dataclass(frozen=True)
class Checksum:
    """What a file's bytes must add up to; `digits` are lower-case hex."""

    algorithm: str
    digits: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.digits}"

    def new(self) -> Any:
        """An empty sum of that kind."""
        # MD5 finds damage here, never forgery: what was received is known by its SHA-256 alone.
        return hashlib.new(self.algorithm, usedforsecurity=False)


def parsed(text: str, *, field: str = "checksum") -> Checksum | None:
    """`sha256:…`, `{SHA-256}…`, or digits alone, told apart by how many they are; None for nothing given.

    Raises InvalidInput.
    """
    if not text.strip():
        return None
    found = _WRITTEN.fullmatch(text.strip())
    algorithm = _LENGTHS.get(len(found[3])) if found else None
    named = (found[1] or found[2] or "").lower().replace("-", "") if found else ""
    if found is None or algorithm is None or named not in ("", algorithm):
        raise InvalidInput.of(
            field, "Give a SHA-256, SHA-512 or MD5 checksum in hex digits, as in sha256:9f86…."
        )
    return Checksum(algorithm, found[3].lower())
