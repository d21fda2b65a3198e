"""Bringing a copied volume from its pool into the store."""

import io
from collections.abc import Callable, Iterator
from uuid import UUID

from cloudportal.core.errors import PortalError
from cloudportal.drivers.errors import Unsupported
from storage import inspection, store
from storage.connections import ready_pool
from storage.drivers.contract import StorageDriver, TakesSnapshots
from storage.images import COPY_SECONDS
from storage.models import Pool
from storage.store import Received

# The largest disk that we hand out, and what an image needs beside its content.
LARGEST_IMAGE_BYTES = 17 * 1024**4


class WrongCopy(PortalError):
    """What came out of the pool is not the image that it should be."""

    code = "wrong-copy"
    status = 500
    sentence = "The copy of the volume did not come out whole. Nothing was kept of it; try again."


def takes_snapshots(driver: StorageDriver) -> TakesSnapshots:
    """The same driver as one that copies volumes. Raises Unsupported."""
    if not isinstance(driver, TakesSnapshots):
        raise Unsupported(detail=f"the driver {driver.name} cannot copy volumes")
    return driver


def receive(
    pool: Pool, copy_uuid: UUID, *, on_progress: Callable[[int], None] = lambda size_bytes: None
) -> tuple[Received, int]:
    """The copy waits in the store under its uuid: its checksum and size, and the size of the disk in it.

    May be repeated. Raises the driver's errors.
    """
    store.discard_incoming(copy_uuid)
    with ready_pool(pool, timeout_seconds=COPY_SECONDS) as driver:
        chunks = takes_snapshots(driver).read_snapshot(copy_uuid)
        received = store.receive(
            _Stream(chunks), copy_uuid, limit_bytes=LARGEST_IMAGE_BYTES, on_progress=on_progress
        )
    try:
        found = inspection.inspect(store.incoming_path(copy_uuid), format="qcow2")
    except PortalError as error:
        raise WrongCopy() from error
    return received, found.virtual_size_bytes


class _Stream(io.RawIOBase):
    """Chunks as a file that is read from its beginning; a read may give fewer bytes than asked for, never too many."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        """As every file's."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; none at the end."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            self._rest = chunk
        given, self._rest = (self._rest, b"") if size < 0 else (self._rest[:size], self._rest[size:])
        return given
