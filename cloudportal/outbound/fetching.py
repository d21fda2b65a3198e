"""Fetching one file from the web into a file of ours: streamed, counted, summed up, and gone on with where it broke."""

import hashlib
import http.client
import json
import os
import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from cloudportal.core.errors import InvalidInput
from cloudportal.drivers.errors import Unreachable
from cloudportal.outbound.checksums import Checksum
from cloudportal.outbound.requests import Policy, opened, silent

CHUNK_BYTES = 1024 * 1024
# What the disk keeps free for everything else.
SPARE_BYTES = 256 * 1024**2
# A try that brought less than this is not followed by another at once; the job looks again later.
WORTHWHILE_BYTES = 1024 * 1024
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_HTTP_SUCCESSES = {200, 206}
# Later tries may find another answer (RFC 9110): time-outs, too many requests, and the server's own faults.
_HTTP_PASSING = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True)
class Fetched:
    """What came in whole: SHA-256 in lower-case hex, and how many bytes."""

    checksum: str
    size_bytes: int


@dataclass(frozen=True)
class Version:
    """Which file a half-fetched one is half of, kept beside it. `validator` goes into If-Range."""

    url: str
    validator: str
    total_bytes: int | None


# Hears how many bytes are there and how many there will be, where the server said; may raise to stop.
Progress = Callable[[int, int | None], None]


def fetch(
    url: str,
    target: Path,
    policy: Policy,
    *,
    limit_bytes: int,
    checksum: Checksum | None = None,
    on_progress: Progress = lambda done, total: None,
) -> Fetched:
    """The file is at `target`, whole. May be repeated: a part that is there already is gone on from, where the server
    still has the same file.

    Raises InvalidInput when the place, the size or the checksum is wrong, and nothing is left then; Unreachable when it
    broke off, and the part stays for the next try.
    """
    try:
        _receive_all(_Wish(url, target, policy, limit_bytes, on_progress))
        return _proved(target, checksum, limit_bytes)
    except InvalidInput:
        discard(target)
        raise


def discard(target: Path) -> None:
    """Neither the file nor a part of it is there."""
    for path in (target, _part(target), _beside(target)):
        path.unlink(missing_ok=True)


@dataclass(frozen=True)
class _Wish:
    """What is to be fetched, and how."""

    url: str
    target: Path
    policy: Policy
    limit_bytes: int
    on_progress: Progress

    @property
    def part(self) -> Path:
        """Where it grows."""
        return _part(self.target)

    @property
    def have_bytes(self) -> int:
        """How much of it is there."""
        return self.part.stat().st_size if self.part.exists() else 0


def _receive_all(wish: _Wish) -> None:
    """As often as it takes, while each try brings something worthwhile."""
    pace = _Pace(wish.policy, wish.url)
    while not wish.target.exists():
        had = wish.have_bytes
        try:
            _receive(wish, pace)
        except Unreachable:
            if wish.have_bytes < had + WORTHWHILE_BYTES:
                raise


def _receive(wish: _Wish, pace: "_Pace") -> None:
    known = _known(wish.target, wish.url)
    have = wish.have_bytes if known else 0
    if known is None or have != known.total_bytes:
        _go_on(wish, pace, known, have)
    wish.part.replace(wish.target)
    _beside(wish.target).unlink(missing_ok=True)


def _go_on(wish: _Wish, pace: "_Pace", known: "Version | None", have: int) -> None:
    headers = {"Range": f"bytes={have}-", "If-Range": known.validator} if known and have else {}
    with opened(wish.url, wish.policy, headers) as answer:
        _demand_success(answer)
        start = _start(answer, have, known)
        total = _total(answer, start)
        _demand_room(wish.target, start, total, wish.limit_bytes)
        _remember(wish.target, Version(wish.url, _validator(answer), total))
        with wish.part.open("r+b" if start else "wb") as file:
            file.seek(start)
            file.truncate()
            _copy(answer, file, pace, wish, start, total)
            os.fsync(file.fileno())


def _copy(
    answer: http.client.HTTPResponse,
    file: BinaryIO,
    pace: "_Pace",
    wish: _Wish,
    done: int,
    total: int | None,
) -> None:
    while chunk := _read(answer, pace):
        done += len(chunk)
        if done > wish.limit_bytes:
            raise too_large(wish.limit_bytes)
        file.write(chunk)
        pace.check(len(chunk))
        wish.on_progress(done, total)
    if total is not None and done != total:
        raise silent(pace.host, EOFError(f"{done} of {total} bytes"))


def _read(answer: http.client.HTTPResponse, pace: "_Pace") -> bytes:
    try:
        return answer.read1(CHUNK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise silent(pace.host, error) from error


class _Pace:
    """Whether a body comes in fast enough to ever end."""

    def __init__(self, policy: Policy, url: str) -> None:
        self.host = urlsplit(url).hostname or ""
        self._policy = policy
        self._end = time.monotonic() + policy.total_seconds
        self._minute_ends = time.monotonic() + 60
        self._bytes = 0

    def check(self, size_bytes: int) -> None:
        """Counts what came. Raises Unreachable."""
        now = time.monotonic()
        self._bytes += size_bytes
        if now > self._end:
            raise silent(self.host, TimeoutError(f"not finished in {self._policy.total_seconds:g} s"))
        if now < self._minute_ends:
            return
        if self._bytes < self._policy.least_bytes_per_minute:
            raise silent(self.host, TimeoutError(f"only {self._bytes} bytes in a minute"))
        self._minute_ends, self._bytes = now + 60, 0


def _demand_success(answer: http.client.HTTPResponse) -> None:
    status = answer.status
    if status in _HTTP_PASSING:
        raise Unreachable(f"The server cannot give out the file at the moment (HTTP {status}). We try again.")
    if status == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
        raise InvalidInput.of("url", "The server no longer has the file as it was. Register it again.")
    if status not in _HTTP_SUCCESSES:
        raise InvalidInput.of(
            "url", f"The server does not give out the file (HTTP {status}). Look at the address."
        )
    if (answer.getheader("Content-Encoding") or "identity").lower() != "identity":
        raise InvalidInput.of("url", "The server packs the file on its way, which it was not asked to do.")


def _start(answer: http.client.HTTPResponse, have: int, known: Version | None) -> int:
    """From which byte on the answer is: all of the file, or exactly what is missing of the same one."""
    if answer.status != http.client.PARTIAL_CONTENT:
        return 0
    found = _RANGE.fullmatch((answer.getheader("Content-Range") or "").strip())
    is_asked = found is not None and have > 0 and int(found[1]) == have
    is_same = known is not None and _validator(answer) in ("", known.validator)
    if not is_asked or not is_same:
        raise InvalidInput.of("url", "The server sent another part of the file than was asked for.")
    return have


def _total(answer: http.client.HTTPResponse, start: int) -> int | None:
    found = _RANGE.fullmatch((answer.getheader("Content-Range") or "").strip())
    if start and found and found[3] != "*":
        return int(found[3])
    if answer.length is None:
        return None
    return start + answer.length


def _demand_room(target: Path, start: int, total: int | None, limit_bytes: int) -> None:
    if total is None:
        return
    if total > limit_bytes:
        raise too_large(limit_bytes)
    if total - start > shutil.disk_usage(target.parent).free - SPARE_BYTES:
        raise Unreachable(
            "There is no room for the file on our side at the moment. The operators can make some.",
            detail=f"{total - start} bytes are to come into {target.parent}",
        )


def too_large(limit_bytes: int) -> InvalidInput:
    """More than anybody may bring."""
    return InvalidInput.of("url", f"The file is larger than the {limit_bytes} bytes allowed.")


def _proved(target: Path, checksum: Checksum | None, limit_bytes: int) -> Fetched:
    digest, given = hashlib.sha256(), checksum.new() if checksum else None
    with target.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            if given is not None:
                given.update(chunk)
    size_bytes = target.stat().st_size
    if not size_bytes:
        raise InvalidInput.of("url", "The file there is empty.")
    if size_bytes > limit_bytes:
        raise too_large(limit_bytes)
    if checksum is not None and given is not None and given.hexdigest() != checksum.digits:
        raise InvalidInput.of(
            "checksum",
            f"The file came in whole, but its {checksum.algorithm} is {given.hexdigest()}. It is not the file that was "
            "meant, or the checksum belongs to another version.",
        )
    return Fetched(digest.hexdigest(), size_bytes)


def _validator(answer: http.client.HTTPResponse) -> str:
    """A strong ETag, else the time of its last change, else nothing that one could go on by (RFC 9110, 13.1.5)."""
    etag = (answer.getheader("ETag") or "").strip()
    if etag and not etag.startswith("W/"):
        return etag
    return (answer.getheader("Last-Modified") or "").strip()


def _known(target: Path, url: str) -> Version | None:
    """What the part that is there is part of, or None where it cannot be gone on from."""
    with suppress(OSError, ValueError, TypeError):
        found = Version(**json.loads(_beside(target).read_text()))
        if found.url == url and found.validator and _part(target).exists():
            return found
    return None


def _remember(target: Path, version: Version) -> None:
    values: dict[str, Any] = asdict(version)
    _beside(target).write_text(json.dumps(values))


def _part(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _beside(target: Path) -> Path:
    return target.with_name(f"{target.name}.part.json")
