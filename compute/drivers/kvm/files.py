"""The few small files that a host needs for its guests. They travel through libvirt, for the host may be
anywhere.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from cloudportal.drivers.libvirtd import pools
from cloudportal.drivers.libvirtd.link import Talk
from cloudportal.drivers.libvirtd.overtaking import wait_while_busy

# A fixed name space, so that one directory is always one pool, whoever asks first.
POOLS = UUID("5f0f2c4e-6d0b-5f0a-9d5e-6f6a3a0f7c11")
CAPACITY = 1


@dataclass(frozen=True)
class HostFiles:
    """A directory on the host, as a libvirt pool that is made when it is first needed."""

    directory: str

    @property
    def pool_uuid(self) -> UUID:
        return uuid5(POOLS, self.directory)

    def path(self, name: str) -> str:
        """Where the file of that name is, or would be."""
        return f"{self.directory}/{name}"

    def prepare(self, talk: Talk) -> Any:
        """The directory is there; gives its pool."""
        name = f"cloudportal-{self.pool_uuid.hex[:8]}"
        return pools.ensure_directory_pool(talk, self.pool_uuid, name, self.directory)

    def put(self, talk: Talk, name: str, content: bytes, *, size_bytes: int | None = None) -> str:
        """The file holds the content, followed by zeros up to its size; gives its path. May be repeated, also
        at once.
        """
        size_bytes = len(content) if size_bytes is None else size_bytes
        pool = self.prepare(talk)
        return wait_while_busy(talk, lambda: self._write(talk, pool, name, content, size_bytes))

    def remove(self, talk: Talk, name: str) -> None:
        """There is no file of that name."""
        pool = pools.find_pool(talk, self.pool_uuid)
        if pool is not None and talk.look(pool.isActive):
            pools.remove_volume(talk, pool, name)

    def remove_written(self, talk: Talk, names: Iterable[str]) -> None:
        """There are no files of these names, which the host itself wrote; it is looked at once for all of them."""
        pool = pools.find_pool(talk, self.pool_uuid)
        if pool is None or not talk.look(pool.isActive):
            return
        pools.refresh(talk, pool)
        known = set(talk.look(pool.listVolumes))
        for name in known.intersection(names):
            pools.remove_volume(talk, pool, name)

    def read_end(self, talk: Talk, name: str, limit_bytes: int) -> tuple[bytes, bool]:
        """The last bytes of a file, and whether they are all of it; nothing where there is no such file."""
        pool = pools.find_pool(talk, self.pool_uuid)
        volume = pool and talk.look(pool.isActive) and pools.find_volume(talk, pool, name)
        if not volume:
            return b"", True
        size_bytes = talk.look(volume.info)[CAPACITY]
        offset_bytes = max(0, size_bytes - limit_bytes)
        length_bytes = size_bytes - offset_bytes
        if not length_bytes:
            # libvirt takes a length of nothing for everything.
            return b"", True
        content = b"".join(pools.receive(talk, volume, length_bytes, offset_bytes=offset_bytes))
        return content, not offset_bytes

    def _write(self, talk: Talk, pool: Any, name: str, content: bytes, size_bytes: int) -> str:
        volume = self._volume(talk, pool, name, size_bytes)
        pools.send(talk, volume, io.BytesIO(content), len(content))
        return str(talk.look(volume.path))

    def _volume(self, talk: Talk, pool: Any, name: str, size_bytes: int) -> Any:
        found = pools.find_volume(talk, pool, name)
        if found is not None and talk.look(found.info)[CAPACITY] != size_bytes:
            pools.remove_volume(talk, pool, name)
            found = None
        if found is None:
            found = pools.make_volume(talk, pool, pools.raw_volume_xml(name, size_bytes))
        if found is None:
            found = talk.look(pool.storageVolLookupByName, name)
        # It may be another caller who makes it.
        pools.await_allocated(talk, found)
        return found
