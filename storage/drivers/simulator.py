"""Simulated storage pools: the whole storage contract on a small world that several processes see."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, ClassVar
from uuid import UUID

from cloudportal.drivers.deadlines import Deadline
from cloudportal.drivers.errors import NotThere, Refused
from cloudportal.drivers.settings import Setting
from cloudportal.drivers.simulated.locators import (
    VOLUME,
    image_locator,
    snapshot_locator,
    uuid_in,
    volume_locator,
)
from cloudportal.drivers.simulated.settings import place_setting, world_setting
from cloudportal.drivers.simulated.world import Scene, SimulatedWorld
from storage.drivers import simulator_snapshots as snapshots
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
from storage.drivers.images import inspect, opened

GIB = 1024**3
# What an empty qcow2 file takes.
EMPTY_VOLUME_BYTES = 196 * 1024
# A map of qcow2 has 8 bytes for each cluster of 64 KiB.
BYTES_MAPPED_BY_BYTE = 64 * 1024 // 8
# As qcow2 with 64 KiB clusters, whose L1 table may not outgrow 32 MiB.
VOLUME_LIMIT_BYTES = 2 * 1024**5


class SimulatedStorage(StorageDriver, GrowsVolumes, CopiesVolumes, TakesSnapshots, LeavesPools):
    """One simulated pool, named by its place in the world."""

    name: ClassVar[str] = "simulator"
    family: ClassVar[str] = "simulator"
    label: ClassVar[str] = "Simulated pool"
    settings: ClassVar[tuple[Setting, ...]] = (
        world_setting("pool"),
        place_setting("pool", "Pool name"),
        Setting(
            name="capacity_gib",
            label="Capacity (GiB)",
            kind="integer",
            scope="pool",
            default=1024,
            minimum=1,
            maximum=1024 * 1024,
            help="How much the simulated pool says it holds.",
        ),
    )

    def __init__(self, values: Mapping[str, object], *, timeout_seconds: float) -> None:
        super().__init__(values, timeout_seconds=timeout_seconds)
        self._world = SimulatedWorld(self.text("world"))
        self._place = self.text("place")

    def check(self) -> None:
        with self._call("check", is_effect=False):
            return

    def ensure_pool(self, spec: PoolSpec) -> PoolFacts:
        with self._call("ensure_pool", spec.uuid) as scene:
            row = scene.row("SELECT uuid FROM pools WHERE place = ?", self._place)
            if row is not None and row["uuid"] != str(spec.uuid):
                raise Refused(detail=f"the simulated place {self._place} holds pool {row['uuid']}")
            if row is None:
                capacity_bytes = self.number("capacity_gib") * GIB
                scene.change(
                    "INSERT INTO pools (place, uuid, name, capacity_bytes) VALUES (?, ?, ?, ?)",
                    self._place,
                    str(spec.uuid),
                    spec.name,
                    capacity_bytes,
                )
                scene.record(spec.uuid, "made")
            return self._pool_facts(scene)

    def leave_pool(self, uuid: UUID) -> None:
        with self._call("leave_pool", uuid) as scene:
            scene.change("DELETE FROM pools WHERE place = ? AND uuid = ?", self._place, str(uuid))

    def pool_facts(self) -> PoolFacts:
        with self._call("pool_facts", is_effect=False) as scene:
            return self._pool_facts(scene)

    def list_volumes(self) -> tuple[VolumeFacts, ...]:
        with self._call("list_volumes", is_effect=False) as scene:
            self._pool_facts(scene)
            rows = scene.rows("SELECT * FROM volumes WHERE place = ? ORDER BY uuid", self._place)
        return tuple(_facts(row) for row in rows)

    def find_volume(self, uuid: UUID) -> VolumeFacts | None:
        with self._call("find_volume", uuid, is_effect=False) as scene:
            row = self._volume_row(scene, uuid)
        return _facts(row) if row else None

    def ensure_volume(self, spec: VolumeSpec) -> VolumeFacts:
        with self._call("ensure_volume", spec.uuid) as scene:
            self._pool_facts(scene)
            row = self._volume_row(scene, spec.uuid)
            if row is None:
                return self._make_volume(scene, spec)
            facts = _facts(row)
            if (facts.size_bytes, facts.format, facts.base_image) != (
                spec.size_bytes,
                spec.format,
                spec.base_image,
            ):
                raise Refused(detail=f"simulated volume {spec.uuid} is there with another shape")
            return facts

    def grow_volume(self, uuid: UUID, size_bytes: int) -> VolumeFacts:
        with self._call("grow_volume", uuid) as scene:
            row = self._volume_row(scene, uuid)
            if row is None:
                raise NotThere(detail=f"simulated volume {uuid}")
            self._demand_unused(scene, row["locator"])
            if row["size_bytes"] < size_bytes:
                scene.change(
                    "UPDATE volumes SET size_bytes = ? WHERE locator = ?", size_bytes, row["locator"]
                )
                scene.record(uuid, f"grown to {size_bytes}")
            return _facts(self._volume_row(scene, uuid) or row)

    def copy_volume(self, spec: VolumeSpec, source: VolumeFacts) -> VolumeFacts:
        with self._call("copy_volume", spec.uuid) as scene:
            self._pool_facts(scene)
            if source.locator == image_locator(source.uuid):
                self._demand_image(scene, source.uuid)
            elif not scene.row("SELECT 1 FROM volumes WHERE uuid = ?", uuid_in(source.locator, VOLUME)):
                raise NotThere(detail=f"simulated volume {source.uuid}")
            self._demand_unused(scene, source.locator)
            scene.change("DELETE FROM volumes WHERE uuid = ? AND place = ?", str(spec.uuid), self._place)
            return self._make_volume(scene, spec)

    def remove_volume(self, uuid: UUID) -> None:
        with self._call("remove_volume", uuid) as scene:
            row = self._volume_row(scene, uuid)
            if row is not None:
                self._demand_unused(scene, row["locator"])
                scene.change("DELETE FROM volumes WHERE locator = ?", row["locator"])
                scene.record(uuid, "removed")

    def ensure_image(self, spec: ImageSpec, source: Path | BinaryIO) -> ImageFacts:
        deadline = Deadline(self.timeout_seconds)
        with self._call("ensure_image", spec.image_id) as scene:
            self._pool_facts(scene)
            row = self._image_row(scene, spec.image_id)
            if row is not None:
                return _demand_same_image(_image_facts(row), spec)
            with opened(source) as stream:
                virtual_size_bytes = inspect(spec, stream, deadline)
            scene.change(
                "INSERT INTO images (place, image_id, format, checksum, size_bytes, virtual_size_bytes)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                self._place,
                str(spec.image_id),
                spec.format,
                spec.checksum,
                spec.size_bytes,
                virtual_size_bytes,
            )
            scene.record(spec.image_id, "made")
            return _image_facts(self._demand_image(scene, spec.image_id))

    def find_image(self, image_id: UUID) -> ImageFacts | None:
        with self._call("find_image", image_id, is_effect=False) as scene:
            row = self._image_row(scene, image_id)
        return _image_facts(row) if row else None

    def image_locator(self, image_id: UUID) -> str:
        with self._call("image_locator", image_id, is_effect=False) as scene:
            self._demand_image(scene, image_id)
        return image_locator(image_id)

    def remove_image(self, image_id: UUID) -> None:
        with self._call("remove_image", image_id) as scene:
            query = "SELECT 1 FROM volumes WHERE place = ? AND base_image = ?"
            if scene.row(query, self._place, str(image_id)):
                raise Refused("Volumes of this pool were made from the image and still need it.")
            if scene.change(
                "DELETE FROM images WHERE place = ? AND image_id = ?", self._place, str(image_id)
            ):
                scene.record(image_id, "removed")

    def snapshot_locator(self, uuid: UUID) -> str:
        return snapshot_locator(uuid)

    def take_snapshot(self, uuid: UUID, volume: UUID) -> SnapshotFacts:
        with self._call("take_snapshot", uuid) as scene:
            row = self._volume_row(scene, volume)
            if row is None:
                raise NotThere(detail=f"simulated volume {volume} on {self._place}")
            self._demand_unused(scene, row["locator"])
            snapshots.make(scene, uuid, row)
            return SnapshotFacts(
                uuid=uuid, locator=snapshot_locator(uuid), virtual_size_bytes=row["size_bytes"]
            )

    def find_snapshot(self, uuid: UUID) -> SnapshotFacts | None:
        with self._call("find_snapshot", uuid, is_effect=False) as scene:
            return snapshots.find(scene, self._place, uuid)

    def read_snapshot(self, uuid: UUID) -> Iterator[bytes]:
        with self._call("read_snapshot", uuid, is_effect=False) as scene:
            yield from snapshots.content(scene, self._place, uuid)

    def remove_snapshot(self, uuid: UUID) -> None:
        with self._call("remove_snapshot", uuid) as scene:
            snapshots.remove(scene, self._place, uuid)

    def _call(
        self, operation: str, subject: object = "", *, is_effect: bool = True
    ) -> AbstractContextManager[Scene]:
        return self._world.call(
            operation, self._place, subject, Deadline(self.timeout_seconds), is_effect=is_effect
        )

    def _pool_facts(self, scene: Scene) -> PoolFacts:
        row = scene.row("SELECT * FROM pools WHERE place = ?", self._place)
        if row is None:
            raise NotThere(detail=f"the simulated place {self._place} holds no pool")
        used = scene.row(
            "SELECT (SELECT COALESCE(SUM(allocated_bytes), 0) FROM volumes WHERE place = ?1)"
            " + (SELECT COALESCE(SUM(size_bytes), 0) FROM images WHERE place = ?1) AS bytes",
            self._place,
        )
        used_bytes = int(used["bytes"]) if used else 0
        return PoolFacts(
            uuid=UUID(row["uuid"]),
            name=row["name"],
            is_active=True,
            capacity_bytes=row["capacity_bytes"],
            used_bytes=used_bytes,
            available_bytes=max(0, row["capacity_bytes"] - used_bytes),
        )

    def _make_volume(self, scene: Scene, spec: VolumeSpec) -> VolumeFacts:
        if spec.size_bytes > VOLUME_LIMIT_BYTES:
            raise Refused("The pool cannot hold a volume of that size.", detail=f"{spec.size_bytes} bytes")
        if spec.base_image is not None:
            base = _image_facts(self._demand_image(scene, spec.base_image))
            if base.virtual_size_bytes > spec.size_bytes:
                raise Refused(
                    "The volume would be smaller than the image that it starts from. Make it larger."
                )
        # A volume on its way from one pool to another is in both for a while, as two different things.
        is_elsewhere = scene.row("SELECT 1 FROM volumes WHERE uuid = ?", str(spec.uuid)) is not None
        locator = volume_locator(spec.uuid, self._place if is_elsewhere else "")
        scene.change(
            "INSERT INTO volumes (uuid, place, size_bytes, allocated_bytes, format, base_image, locator)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            str(spec.uuid),
            self._place,
            spec.size_bytes,
            _taken_bytes(spec),
            spec.format,
            str(spec.base_image) if spec.base_image else None,
            locator,
        )
        scene.record(spec.uuid, "made")
        row = self._volume_row(scene, spec.uuid)
        if row is None:
            raise NotThere(detail=f"simulated volume {spec.uuid}")
        return _facts(row)

    def _demand_unused(self, scene: Scene, locator: str) -> None:
        query = "SELECT 1 FROM guests WHERE power != 'off' AND instr(disks, ?) > 0"
        if scene.row(query, json.dumps(locator)):
            raise Refused("An instance still uses this volume. Stop it or detach the volume first.")

    def _volume_row(self, scene: Scene, uuid: UUID) -> sqlite3.Row | None:
        return scene.row("SELECT * FROM volumes WHERE uuid = ? AND place = ?", str(uuid), self._place)

    def _image_row(self, scene: Scene, image_id: UUID) -> sqlite3.Row | None:
        return scene.row("SELECT * FROM images WHERE place = ? AND image_id = ?", self._place, str(image_id))

    def _demand_image(self, scene: Scene, image_id: UUID) -> sqlite3.Row:
        row = self._image_row(scene, image_id)
        if row is None:
            raise NotThere(detail=f"image {image_id} is not in the simulated pool {self._place}")
        return row


def _taken_bytes(spec: VolumeSpec) -> int:
    """What a new volume takes of its pool."""
    if spec.provisioning == "fat":
        return spec.size_bytes
    map_bytes = spec.size_bytes // BYTES_MAPPED_BY_BYTE if spec.provisioning == "sparse" else 0
    return min(spec.size_bytes, EMPTY_VOLUME_BYTES + map_bytes)


def _demand_same_image(facts: ImageFacts, spec: ImageSpec) -> ImageFacts:
    if (facts.format, facts.checksum) != (spec.format, spec.checksum):
        raise Refused(detail=f"image {spec.image_id} is in the pool with another content")
    return facts


def _facts(row: sqlite3.Row) -> VolumeFacts:
    return VolumeFacts(
        uuid=UUID(row["uuid"]),
        locator=row["locator"],
        size_bytes=row["size_bytes"],
        allocated_bytes=row["allocated_bytes"],
        format=row["format"],
        base_image=UUID(row["base_image"]) if row["base_image"] else None,
    )


def _image_facts(row: sqlite3.Row) -> ImageFacts:
    return ImageFacts(
        image_id=UUID(row["image_id"]),
        format=row["format"],
        checksum=row["checksum"],
        size_bytes=row["size_bytes"],
        virtual_size_bytes=row["virtual_size_bytes"],
    )
