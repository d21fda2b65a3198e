"""Snapshots of simulated guests. They lie in the disks, so that they outlive the guest on its host."""

from __future__ import annotations

import json
import sqlite3
import time
from uuid import UUID

from cloudportal.drivers.errors import NotThere, Refused
from cloudportal.drivers.simulated.world import Scene
from compute.drivers.facts import Power
from compute.drivers.snapshots import GuestSnapshot


def take(scene: Scene, guest: sqlite3.Row, uuid: UUID, *, with_memory: bool) -> GuestSnapshot:
    """The guest is kept as it is now; see the contract."""
    if not scene.row("SELECT 1 FROM guest_snapshots WHERE uuid = ?", str(uuid)):
        _demand_power(guest, with_memory)
        if any(disk["format"] != "qcow2" for disk in _kept(guest)):
            raise Refused("A disk of the instance is of a format that cannot hold snapshots.")
        scene.change(
            "INSERT INTO guest_snapshots (uuid, guest, disks, has_memory) VALUES (?, ?, ?, ?)",
            str(uuid),
            guest["uuid"],
            _disks(guest),
            with_memory,
        )
        scene.record(uuid, "taken")
    return GuestSnapshot(uuid=uuid, has_memory=with_memory, record=f"simulated {uuid}")


def revert(scene: Scene, guest: sqlite3.Row, snapshot: GuestSnapshot) -> None:
    """The guest is as it was; see the contract."""
    row = scene.row("SELECT * FROM guest_snapshots WHERE uuid = ?", str(snapshot.uuid))
    if row is None:
        raise NotThere(detail=f"simulated snapshot {snapshot.uuid}")
    if row["disks"] != _disks(guest):
        raise Refused("The instance does not have the disks that it had.")
    if not row["has_memory"]:
        _demand_power(guest, False)
    scene.change(
        "UPDATE guests SET power = ?, started_at = ? WHERE uuid = ?",
        Power.ON if row["has_memory"] else Power.OFF,
        time.time() if row["has_memory"] else None,
        guest["uuid"],
    )
    scene.record(snapshot.uuid, "reverted")


def remove(scene: Scene, snapshot: GuestSnapshot) -> None:
    """The disks do not hold it; see the contract."""
    if scene.change("DELETE FROM guest_snapshots WHERE uuid = ?", str(snapshot.uuid)):
        scene.record(snapshot.uuid, "removed")


def _kept(guest: sqlite3.Row) -> list[dict[str, str]]:
    return [disk for disk in json.loads(guest["disks"]) if not disk.get("is_read_only")]


def _disks(guest: sqlite3.Row) -> str:
    return json.dumps(sorted(disk["locator"] for disk in _kept(guest)))


def _demand_power(guest: sqlite3.Row, is_to_run: bool) -> None:
    if (guest["power"] == Power.OFF) == is_to_run:
        wanted = "run to be kept with its memory" if is_to_run else "be stopped to be kept without its memory"
        raise Refused(f"The instance must {wanted}.")
