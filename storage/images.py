"""Images on pools: each is copied to a pool once, by one worker, while the others wait for it."""

import io
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db.models import Q

from cloudportal.core import clock
from cloudportal.drivers.errors import Busy, DriverError
from compute.topology.models import Host
from storage import store
from storage.connections import ready_pool
from storage.drivers.contract import ImageSpec
from storage.models import Pool, Snapshot, Template, TemplateCopy, VolumeArrival

# Whatever volumes may begin as: it has a checksum, a size and a format.
Image = Template | Snapshot | VolumeArrival

# A copier that has read nothing for this long is taken for dead, and another worker takes the copy over.
SILENT_SECONDS = 60
BEAT_SECONDS = 5.0
WAIT_SECONDS = 1.0
# The slowest copy that we bear: 50 GiB at 15 MiB/s.
COPY_SECONDS = 3600.0


def image_id_of(checksum: str) -> UUID:
    """The id under which pools know an image: the same content has the same id everywhere."""
    return uuid5(NAMESPACE_OID, f"image:{checksum}")


def ensure_copy(
    image: Image,
    pool: Pool,
    *,
    copier: UUID,
    host: Host | None = None,
    beat: Callable[[], None] = lambda: None,
) -> None:
    """The image is complete on the pool. May be repeated, also by several workers at once.

    `copier` names the job, so that a job whose worker died goes on at once with its own copy. `beat` is called
    every few seconds and may raise to stop. Raises the driver's errors; Busy when another worker's copy is not
    finished in time.
    """
    end = time.monotonic() + COPY_SECONDS
    while not _is_complete(image.checksum, pool):
        if _claim(image.checksum, pool, copier):
            _copy(image, pool, copier, host, beat)
            return
        if time.monotonic() > end:
            raise Busy(detail=f"another worker still copies {image.checksum[:12]} to {pool.name}")
        beat()
        time.sleep(WAIT_SECONDS)


def _copies(checksum: str, pool: Pool) -> Any:
    return TemplateCopy.objects.filter(checksum=checksum, pool=pool)


def _is_complete(checksum: str, pool: Pool) -> bool:
    return bool(_copies(checksum, pool).filter(is_complete=True).exists())


def _claim(checksum: str, pool: Pool, copier: UUID) -> bool:
    TemplateCopy.objects.get_or_create(checksum=checksum, pool=pool)
    is_nobodys = Q(copier=None) | Q(copier=copier) | Q(copying_until__lt=clock.now())
    open_copies = _copies(checksum, pool).filter(is_nobodys, is_complete=False)
    return bool(open_copies.update(copier=copier, copying_until=_soon()))


def _copy(image: Image, pool: Pool, copier: UUID, host: Host | None, beat: Callable[[], None]) -> None:
    spec = ImageSpec(
        image_id=image_id_of(image.checksum),
        size_bytes=image.size_bytes,
        format="qcow2" if image.format == "qcow2" else "raw",
        checksum=image.checksum,
    )

    def on_read() -> None:
        beat()
        _copies(image.checksum, pool).filter(copier=copier).update(copying_until=_soon())

    try:
        with (
            ready_pool(pool, host=host, timeout_seconds=COPY_SECONDS) as driver,
            WatchedFile(store.path_of(image.checksum), on_read) as source,
        ):
            driver.ensure_image(spec, source)
    except DriverError:
        _copies(image.checksum, pool).filter(copier=copier).update(copier=None, copying_until=None)
        raise
    _copies(image.checksum, pool).update(
        is_complete=True, copier=None, copying_until=None, size_bytes=image.size_bytes, used_at=clock.now()
    )


def forget_copy(image: Image, pool: Pool) -> None:
    """The pool turned out not to have the image: the next `ensure_copy` sends it again."""
    _copies(image.checksum, pool).update(is_complete=False)


def _soon() -> Any:
    return clock.now() + timedelta(seconds=SILENT_SECONDS)


class WatchedFile(io.BufferedReader):
    """A file open for reading bytes that calls `on_read` every few seconds while it is being read."""

    def __init__(self, path: Path, on_read: Callable[[], None]) -> None:
        super().__init__(io.FileIO(path), buffer_size=1024 * 1024)
        self._on_read = on_read
        self._last = time.monotonic()

    def read(self, size: int | None = -1, /) -> bytes:
        """As every file's."""
        self._watch()
        return super().read(size)

    def readinto(self, buffer: Any, /) -> int:
        """As every file's."""
        self._watch()
        return super().readinto(buffer)

    def _watch(self) -> None:
        if time.monotonic() - self._last < BEAT_SECONDS:
            return
        self._last = time.monotonic()
        self._on_read()
