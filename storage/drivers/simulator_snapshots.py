"""Copies of simulated volumes. They have no content but what tells them apart, in a file that is a sound image."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from uuid import UUID

from cloudportal.drivers.errors import NotThere
from cloudportal.drivers.simulated.locators import snapshot_locator
from cloudportal.drivers.simulated.world import Scene
from storage.drivers.contract import SnapshotFacts

CLUSTER_BITS = 16
CLUSTER_BYTES = 1 << CLUSTER_BITS
HEADER_BYTES = 104


def find(scene: Scene, place: str, uuid: UUID) -> SnapshotFacts | None:
    """The copy, or None."""
    row = scene.row("SELECT * FROM snapshots WHERE uuid = ? AND place = ?", str(uuid), place)
    return facts_of(row) if row else None


def make(scene: Scene, uuid: UUID, volume: sqlite3.Row) -> None:
    """A new copy of the volume, in place of one that is there."""
    scene.change(
        "INSERT OR REPLACE INTO snapshots (uuid, place, volume, virtual_size_bytes) VALUES (?, ?, ?, ?)",
        str(uuid),
        volume["place"],
        volume["uuid"],
        volume["size_bytes"],
    )
    scene.record(uuid, "copied")


def remove(scene: Scene, place: str, uuid: UUID) -> None:
    """There is no copy."""
    if scene.change("DELETE FROM snapshots WHERE uuid = ? AND place = ?", str(uuid), place):
        scene.record(uuid, "removed")


def content(scene: Scene, place: str, uuid: UUID) -> Iterator[bytes]:
    """A qcow2 image of the right size with the copy's own id as its content. Raises NotThere."""
    facts = find(scene, place, uuid)
    if facts is None:
        raise NotThere(detail=f"simulated snapshot {uuid} on {place}")
    # As in QEMU's docs/interop/qcow2.txt: version 3, nothing that it leans on, tables in the second cluster and on.
    entries = -(-facts.virtual_size_bytes // (CLUSTER_BYTES // 8 * CLUSTER_BYTES))
    table_clusters = -(-entries * 8 // CLUSTER_BYTES)
    yield struct.pack(
        ">4sIQIIQIIQQIIQ",
        b"QFI\xfb",
        3,
        0,
        0,
        CLUSTER_BITS,
        facts.virtual_size_bytes,
        0,
        entries,
        3 * CLUSTER_BYTES,
        CLUSTER_BYTES,
        1,
        0,
        0,
    ) + struct.pack(">QQQII", 0, 0, 0, 4, HEADER_BYTES)
    yield bytes(CLUSTER_BYTES - HEADER_BYTES)
    yield uuid.bytes.ljust((2 + table_clusters) * CLUSTER_BYTES, b"\0")


def facts_of(row: sqlite3.Row) -> SnapshotFacts:
    """The facts in a row."""
    return SnapshotFacts(
        uuid=UUID(row["uuid"]),
        locator=snapshot_locator(row["uuid"]),
        virtual_size_bytes=row["virtual_size_bytes"],
    )
