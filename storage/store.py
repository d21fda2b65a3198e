"""The content-addressed store of images: a file's name is the SHA-256 of its bytes.

Every process that registers or copies templates must see the same directory. Nothing locks: files come in under
a name of their own and get their place by an atomic rename.
"""

import hashlib
import os
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from cloudportal.core.errors import InvalidInput
from storage.parts import Readable

CHUNK_BYTES = 4 * 1024 * 1024
_CHECKSUM = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Received:
    """What came in: SHA-256 in lower-case hex, and how many bytes."""

    checksum: str
    size_bytes: int


def path_of(checksum: str) -> Path:
    """Where the image with this checksum lies, or would lie."""
    if not _CHECKSUM.fullmatch(checksum):
        raise ValueError("A checksum is 64 small hex digits.")
    return _root() / checksum


def incoming_path(owner: uuid.UUID) -> Path:
    """Where a file that is not inspected yet waits; `owner` is the template's uuid."""
    return _incoming() / str(owner)


def receive(
    source: Readable,
    owner: uuid.UUID,
    *,
    limit_bytes: int,
    on_progress: Callable[[int], None] = lambda size_bytes: None,
    digest: Any = None,
) -> Received:
    """Streams the source to `incoming_path(owner)`, which is there only when it is complete. May be repeated.

    `on_progress` hears how many bytes have come in so far and may raise to stop; `digest` is a checksum that is fed on
    the way. Raises InvalidInput for an empty source or one past the limit; nothing is left behind then.
    """
    draft = _incoming() / f"{owner}.{uuid.uuid4()}"
    try:
        with draft.open("xb") as target:
            received = _stream(source, target, limit_bytes, on_progress, digest)
            os.fsync(target.fileno())
        draft.replace(incoming_path(owner))
    finally:
        draft.unlink(missing_ok=True)
    return received


def shelve(owner: uuid.UUID, checksum: str) -> None:
    """Moves what was received into its place. May be repeated. Raises FileNotFoundError when it is in neither."""
    try:
        incoming_path(owner).replace(path_of(checksum))
    except FileNotFoundError:
        if not path_of(checksum).exists():
            raise


def discard_incoming(owner: uuid.UUID) -> None:
    """Nothing that came in for this owner is left, whole or in part, except what is shelved."""
    for path in _incoming().glob(f"{owner}*"):
        path.unlink(missing_ok=True)


def remove(checksum: str, *, is_wanted: Callable[[], bool]) -> None:
    """The store does not have the image, unless `is_wanted()`. Succeeds when there is none.

    Somebody may register the same bytes at this moment: the file is set aside, `is_wanted` is asked again, and it
    goes back where they want it.
    """
    if is_wanted():
        return
    aside = _incoming() / f"removed-{checksum}.{uuid.uuid4()}"
    try:
        path_of(checksum).replace(aside)
    except FileNotFoundError:
        return
    if is_wanted():
        aside.replace(path_of(checksum))
        return
    aside.unlink()


def is_sound(checksum: str) -> bool:
    """True where the image's bytes still add up to its name."""
    digest = hashlib.sha256()
    with path_of(checksum).open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest() == checksum


def checksums() -> list[str]:
    """Every image that the store has."""
    return sorted(path.name for path in _root().iterdir() if _CHECKSUM.fullmatch(path.name))


def _stream(
    source: Readable, target: BinaryIO, limit_bytes: int, on_progress: Callable[[int], None], given: Any
) -> Received:
    digest = hashlib.sha256()
    size_bytes = 0
    while chunk := source.read(CHUNK_BYTES):
        size_bytes += len(chunk)
        if size_bytes > limit_bytes:
            raise InvalidInput.of("source_file", f"The image is larger than the {limit_bytes} bytes allowed.")
        digest.update(chunk)
        if given is not None:
            given.update(chunk)
        target.write(chunk)
        on_progress(size_bytes)
    if not size_bytes:
        raise InvalidInput.of("source_file", "The image is empty. Choose a file that holds an image.")
    return Received(digest.hexdigest(), size_bytes)


def _root() -> Path:
    root: Path = settings.STATE_DIR / "templates"
    root.mkdir(parents=True, exist_ok=True)
    return root


def _incoming() -> Path:
    folder = _root() / "incoming"
    folder.mkdir(exist_ok=True)
    return folder
