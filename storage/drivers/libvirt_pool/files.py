"""What drivers for pools of files have in common: the storage contract, spoken to one libvirt daemon."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, ClassVar
from uuid import UUID

from cloudportal.drivers.libvirtd import pools
from cloudportal.drivers.libvirtd.link import Link, Talk
from storage.drivers.contract import (
    CopiesVolumes,
    GrowsVolumes,
    ImageFacts,
    ImageSpec,
    LeavesPools,
    PoolFacts,
    PoolSpec,
    SnapshotFacts,
    StorageDriver,
    TakesSnapshots,
    VolumeFacts,
    VolumeSpec,
)
from storage.drivers.libvirt_pool import changes, images, pool, snapshots, volumes


class FilePool(StorageDriver, GrowsVolumes, CopiesVolumes, TakesSnapshots, LeavesPools):
    """A pool whose volumes are files named by our ids, copy-on-write over their image."""

    family: ClassVar[str] = "libvirt-files"

    @property
    @abstractmethod
    def name_on_host(self) -> str:
        """What the pool is called in libvirt."""

    @abstractmethod
    def _ensured(self, talk: Talk, spec: PoolSpec) -> PoolFacts:
        """As `ensure_pool`."""

    def __init__(self, values: Mapping[str, object], *, timeout_seconds: float) -> None:
        super().__init__(values, timeout_seconds=timeout_seconds)
        self._link = Link(self.text("uri"))

    def close(self) -> None:
        self._link.close()

    def check(self) -> None:
        with self._talk():
            return

    def ensure_pool(self, spec: PoolSpec) -> PoolFacts:
        with self._talk() as talk:
            return self._ensured(talk, spec)

    def leave_pool(self, uuid: UUID) -> None:
        with self._talk() as talk:
            found = pools.find_pool(talk, uuid)
            if found is not None:
                pools.leave(talk, found)

    def pool_facts(self) -> PoolFacts:
        with self._talk() as talk:
            return pool.facts_of(talk, self._pool(talk))

    def list_volumes(self) -> tuple[VolumeFacts, ...]:
        with self._talk() as talk:
            return volumes.list_facts(talk, self._pool(talk))

    def find_volume(self, uuid: UUID) -> VolumeFacts | None:
        with self._talk() as talk:
            found = pool.find(talk, self.name_on_host)
            return None if found is None else volumes.find_facts(talk, found, uuid)

    def ensure_volume(self, spec: VolumeSpec) -> VolumeFacts:
        with self._talk() as talk:
            return volumes.ensure(talk, self._pool(talk), spec)

    def grow_volume(self, uuid: UUID, size_bytes: int) -> VolumeFacts:
        with self._talk() as talk:
            return changes.grow(talk, self._pool(talk), uuid, size_bytes)

    def copy_volume(self, spec: VolumeSpec, source: VolumeFacts) -> VolumeFacts:
        with self._talk() as talk:
            return changes.copy(talk, self._pool(talk), spec, source)

    def remove_volume(self, uuid: UUID) -> None:
        with self._talk() as talk:
            found = pool.find(talk, self.name_on_host)
            if found is not None:
                volumes.remove(talk, found, uuid)

    def ensure_image(self, spec: ImageSpec, source: Path | BinaryIO) -> ImageFacts:
        with self._talk() as talk:
            return images.ensure(talk, self._pool(talk), spec, source)

    def find_image(self, image_id: UUID) -> ImageFacts | None:
        with self._talk() as talk:
            found = pool.find(talk, self.name_on_host)
            return None if found is None else images.find_facts(talk, found, image_id)

    def image_locator(self, image_id: UUID) -> str:
        with self._talk() as talk:
            return images.locator(talk, self._pool(talk), image_id)

    def remove_image(self, image_id: UUID) -> None:
        with self._talk() as talk:
            found = pool.find(talk, self.name_on_host)
            if found is not None:
                images.remove(talk, found, image_id)

    def snapshot_locator(self, uuid: UUID) -> str:
        with self._talk() as talk:
            return snapshots.locator(talk, self._pool(talk), uuid)

    def take_snapshot(self, uuid: UUID, volume: UUID) -> SnapshotFacts:
        with self._talk() as talk:
            return snapshots.take(talk, self._pool(talk), uuid, volume)

    def find_snapshot(self, uuid: UUID) -> SnapshotFacts | None:
        with self._talk() as talk:
            return snapshots.find_facts(talk, self._pool(talk), uuid)

    def read_snapshot(self, uuid: UUID) -> Iterator[bytes]:
        with self._talk() as talk:
            yield from snapshots.read(talk, self._pool(talk), uuid)

    def remove_snapshot(self, uuid: UUID) -> None:
        with self._talk() as talk:
            found = pool.find(talk, self.name_on_host)
            if found is not None:
                snapshots.remove(talk, found, uuid)

    def _talk(self) -> AbstractContextManager[Talk]:
        return self._link.talk(self.timeout_seconds)

    def _pool(self, talk: Talk) -> object:
        return pool.active(talk, self.name_on_host)
