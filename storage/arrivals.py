"""How an image gets into the store: from a file on the server, from the web, or from pieces that were sent."""

import time
from collections.abc import Callable
from io import BufferedReader
from uuid import UUID

from cloudportal.core.errors import InvalidInput, WrongState
from cloudportal.jobs.run import Run
from cloudportal.outbound import checksums
from storage import fetches, parts, sources, store
from storage.models import Template, Volume
from storage.store import Received

# How often progress is written while an image comes in.
PROGRESS_SECONDS = 1.0
Watch = Callable[[int, int | None], None]


def bring(run: Run, row: Template | Volume, *, steps: int) -> Received:
    """The image waits at `store.incoming_path`, whole and as its checksum says. May be repeated; the web is asked for
    what is missing only. Raises InvalidInput, Unreachable.
    """
    watch = _watch(run, steps)
    limit_bytes = fetches.largest_bytes(row.account)
    if "url" in run.arguments:
        return _from_web(run, row, limit_bytes, watch)
    store.discard_incoming(row.uuid)
    try:
        return _from_here(run, row, limit_bytes, watch)
    except OSError as error:
        raise InvalidInput.of(
            "source_file", f"The image could not be copied: {error.strerror}. Look at the server's disks."
        ) from error


def discard(run: Run) -> None:
    """Nothing that came in is left, except what is shelved."""
    fetches.discard(store.incoming_path(run.subject_uuid))
    store.discard_incoming(run.subject_uuid)
    if "upload" in run.arguments:
        parts.discard(UUID(run.arguments["upload"]))


def demand_source(run: Run) -> None:
    """Raises WrongState where the image was sent by somebody, who must send it again."""
    if "upload" in run.arguments:
        raise WrongState("What was sent is not kept. Upload the image again.")


def _from_web(run: Run, row: Template | Volume, limit_bytes: int, watch: Watch) -> Received:
    target = store.incoming_path(row.uuid)
    checksum = run.arguments["checksum"]
    found = fetches.fetch(
        run.arguments["url"], target, limit_bytes=limit_bytes, checksum=checksum, on_progress=watch
    )
    return Received(found.checksum, found.size_bytes)


def _from_here(run: Run, row: Template | Volume, limit_bytes: int, watch: Watch) -> Received:
    checksum = checksums.parsed(run.arguments.get("checksum", ""))
    given = checksum.new() if checksum else None
    source: BufferedReader
    if "upload" in run.arguments:
        owner = UUID(run.arguments["upload"])
        source, total = parts.opened(owner), parts.received_bytes(owner)
    else:
        path = sources.source_file(run.arguments["source_file"])
        source, total = path.open("rb"), path.stat().st_size
    with source:
        received = store.receive(
            source,
            row.uuid,
            limit_bytes=limit_bytes,
            on_progress=lambda done: watch(done, total),
            digest=given,
        )
    if checksum and given is not None and given.hexdigest() != checksum.digits:
        raise InvalidInput.of(
            "checksum",
            f"The {checksum.algorithm} of the image is {given.hexdigest()}, not what was said of it.",
        )
    return received


def _watch(run: Run, steps: int) -> Watch:
    shown_at = time.monotonic()

    def on_progress(done: int, total: int | None) -> None:
        nonlocal shown_at
        run.check_lease()
        if time.monotonic() - shown_at >= PROGRESS_SECONDS:
            shown_at = time.monotonic()
            run.show_progress(done / total if total else 0.0, steps=steps)

    return on_progress
