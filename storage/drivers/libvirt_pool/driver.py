"""The driver for directory pools: the storage contract, spoken to one libvirt daemon."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, ClassVar
from uuid import UUID

from cloudportal.drivers.libvirtd.link import Link, Talk
from cloudportal.drivers.libvirtd.uris import uri_setting
from cloudportal.drivers.settings import Setting
from storage.drivers.contract import (
    CopiesVolumes,
    GrowsVolumes,
    ImageFacts,
    ImageSpec,
    PoolFacts,
    PoolSpec,
    SnapshotFacts,
    StorageDriver,
    TakesSnapshots,
    VolumeFacts,
    VolumeSpec,
)
from storage.drivers.libvirt_pool import changes, images, pool, snapshots, volumes

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def _name_fault(value: str) -> str | None:
    return None if NAME.fullmatch(value) else "Use lower-case letters, digits and dashes, at most 63."


class LibvirtPool(StorageDriver, GrowsVolumes, CopiesVolumes, TakesSnapshots):
    """One directory pool on one host. Volumes are files named by our ids, copy-on-write over their image."""

    name: ClassVar[str] = "libvirt-pool"
    label: ClassVar[str] = "Directory on a KVM host"
    settings: ClassVar[tuple[Setting, ...]] = (
        uri_setting("pool"),
        Setting(
            name="pool_name",
            label="Name on the host",
            kind="text",
            scope="pool",
            required=True,
            check=_name_fault,
            help="The pool's name in libvirt. It is made when it is missing.",
        ),
        Setting(
            name="path",
            label="Directory",
            kind="path",
            scope="pool",
            required=True,
            help="The directory on the host that holds the volumes. It is made when it is missing.",
        ),
    )

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
            return pool.ensure(talk, spec, name=self.text("pool_name"), path=self.text("path"))

    def pool_facts(self) -> PoolFacts:
        with self._talk() as talk:
            return pool.facts_of(talk, self._pool(talk))

    def list_volumes(self) -> tuple[VolumeFacts, ...]:
        with self._talk() as talk:
            return volumes.list_facts(talk, self._pool(talk))

    def find_volume(self, uuid: UUID) -> VolumeFacts | None:
        with self._talk() as talk:
            found = pool.find(talk, self.text("pool_name"))
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
            found = pool.find(talk, self.text("pool_name"))
            if found is not None:
                volumes.remove(talk, found, uuid)

    def ensure_image(self, spec: ImageSpec, source: Path | BinaryIO) -> ImageFacts:
        with self._talk() as talk:
            return images.ensure(talk, self._pool(talk), spec, source)

    def find_image(self, image_id: UUID) -> ImageFacts | None:
        with self._talk() as talk:
            found = pool.find(talk, self.text("pool_name"))
            return None if found is None else images.find_facts(talk, found, image_id)

    def image_locator(self, image_id: UUID) -> str:
        with self._talk() as talk:
            return images.locator(talk, self._pool(talk), image_id)

    def remove_image(self, image_id: UUID) -> None:
        with self._talk() as talk:
            found = pool.find(talk, self.text("pool_name"))
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
            found = pool.find(talk, self.text("pool_name"))
            if found is not None:
                snapshots.remove(talk, found, uuid)

    def _talk(self) -> AbstractContextManager[Talk]:
        return self._link.talk(self.timeout_seconds)

    def _pool(self, talk: Talk) -> object:
        return pool.active(talk, self.text("pool_name"))
