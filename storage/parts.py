"""Files that people send, until they are whole: each piece is a file of its own, named by where it begins.

A piece gets its place only when its writer has closed it, so that nobody can still change what was looked at. The
pieces themselves say how far a file has come. Web servers and workers must see the same directory.
"""

import io
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from cloudportal.core.errors import Conflict, InvalidInput

CHUNK_BYTES = 1024 * 1024
# What the disk keeps free for everything else.
SPARE_BYTES = 256 * 1024**2


class Readable(Protocol):
    """A body as it comes in."""

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes; none at its end."""


def received_bytes(owner: uuid.UUID) -> int:
    """How far the file has come, which is where its next piece begins."""
    return sum(path.stat().st_size for path in _pieces(owner))


class Draft:
    """One piece on its way in; nobody sees it before `place`. Use it in a `with`, which clears away what was not
    placed.
    """

    def __init__(self, owner: uuid.UUID, *, offset: int, limit_bytes: int) -> None:
        self._owner, self._offset, self._limit = owner, offset, limit_bytes
        folder = _folder(owner)
        folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(folder).free < SPARE_BYTES:
            raise Conflict("There is no room for the file on our side at the moment. Try again later.")
        self._path = folder / f"draft-{uuid.uuid4()}"
        self._file = self._path.open("xb")
        self.size_bytes = 0

    def __enter__(self) -> "Draft":
        return self

    def __exit__(self, *_: Any) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        """Adds to the piece. Raises InvalidInput past the limit."""
        self.size_bytes += len(chunk)
        if self._offset + self.size_bytes > self._limit:
            raise InvalidInput.of("file", f"The file is larger than the {self._limit} bytes allowed.")
        self._file.write(chunk)

    def place(self) -> None:
        """The piece belongs to the file. Raises Conflict where the file has not come, or has come further, than where
        the piece begins.
        """
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if not self.size_bytes:
            return
        if received_bytes(self._owner) != self._offset:
            raise elsewhere(received_bytes(self._owner))
        try:
            # Of two that bring the same piece, one wins.
            os.link(self._path, _folder(self._owner) / f"{self._offset:020}")
        except FileExistsError:
            raise elsewhere(received_bytes(self._owner)) from None


def append(owner: uuid.UUID, body: Readable, *, offset: int, limit_bytes: int) -> int:
    """The body is the file's next piece; returns how far the file has come then. What came in before the body broke
    off is kept.

    Raises Conflict for another offset than where the file ends, InvalidInput past the limit.
    """
    if received_bytes(owner) != offset:
        raise elsewhere(received_bytes(owner))
    with Draft(owner, offset=offset, limit_bytes=limit_bytes) as draft:
        for chunk in _chunks(body):
            draft.write(chunk)
        draft.place()
    return received_bytes(owner)


def elsewhere(received: int) -> Conflict:
    """The piece begins where the file does not end."""
    return Conflict(f"The file goes on at byte {received}. Send it from there.", received_bytes=received)


def opened(owner: uuid.UUID) -> io.BufferedReader:
    """The whole file, to be read from its beginning."""
    return io.BufferedReader(_Joined(_pieces(owner)), buffer_size=CHUNK_BYTES)


def discard(owner: uuid.UUID) -> None:
    """Nothing of the file is left."""
    shutil.rmtree(_folder(owner), ignore_errors=True)


def owners() -> list[uuid.UUID]:
    """Of which files there is anything."""
    if not _root().exists():
        return []
    return sorted(uuid.UUID(path.name) for path in _root().iterdir())


class _Joined(io.RawIOBase):
    """Pieces, one after the other."""

    def __init__(self, paths: list[Path]) -> None:
        self._paths = iter(paths)
        self._file: Any = io.BytesIO()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not (count := self._file.readinto(buffer)):
            self._file.close()
            path = next(self._paths, None)
            if path is None:
                self._file = io.BytesIO()
                return 0
            self._file = path.open("rb")
        return int(count)

    def close(self) -> None:
        self._file.close()
        super().close()


def _chunks(body: Readable) -> Iterator[bytes]:
    while True:
        try:
            chunk = body.read(CHUNK_BYTES)
        except OSError:
            # The sender went away. What it sent is good, and it goes on from there.
            return
        if not chunk:
            return
        yield chunk


def _pieces(owner: uuid.UUID) -> list[Path]:
    """The pieces in their order, as far as they follow on each other."""
    try:
        paths = sorted(path for path in _folder(owner).iterdir() if path.name.isdigit())
    except FileNotFoundError:
        return []
    end, found = 0, []
    for path in paths:
        if int(path.name) != end:
            break
        found.append(path)
        end += path.stat().st_size
    return found


def _folder(owner: uuid.UUID) -> Path:
    return _root() / str(owner)


def _root() -> Path:
    root: Path = settings.STATE_DIR / "uploads"
    return root
