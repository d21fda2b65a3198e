"""Disks of simulated guests: given, taken away and grown while the guest is off or runs."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from typing import Any

from cloudportal.drivers.errors import NotThere, OutcomeUnknown, Refused
from cloudportal.drivers.simulated import locators
from cloudportal.drivers.simulated.world import Scene
from compute.drivers.facts import Power
from compute.drivers.limits import DiskLimits
from compute.drivers.simulator_guests import disk_value, is_in_use
from compute.drivers.specs import DiskSpec


def attach(scene: Scene, row: sqlite3.Row, disk: DiskSpec) -> None:
    """The guest in the row has the disk; see the contract."""
    volume = locators.uuid_in(disk.locator, locators.VOLUME)
    disks = _disks(row)
    wished = disk_value(disk)
    if wished in disks:
        return
    if any(disk.device_index == one["device_index"] or disk.locator == one["locator"] for one in disks):
        raise Refused(
            "Another disk of the instance has that place. Choose another.",
            detail=f"index {disk.device_index}",
        )
    if not scene.row("SELECT 1 FROM volumes WHERE uuid = ?", volume):
        raise Refused("The volume is missing on the host.", detail=f"simulated volume {volume}")
    if row["power"] != Power.OFF and is_in_use(scene, disk.locator, row["uuid"]):
        raise Refused("The volume is used by another instance.", detail=f"simulated volume {volume}")
    _write(scene, row, sorted([*disks, wished], key=lambda one: one["device_index"]))
    scene.record(row["uuid"], f"attached {disk.locator}")


def detach(scene: Scene, row: sqlite3.Row, locator: str) -> None:
    """The guest in the row does not have the disk; see the contract."""
    disks = _disks(row)
    left = [one for one in disks if one["locator"] != locator]
    if left == disks:
        return
    if row["is_deaf"] and row["power"] != Power.OFF:
        raise OutcomeUnknown(
            "The instance did not let go of the disk in time, so it still counts as attached. Unmount it in the "
            "instance and try again, or stop the instance first.",
            detail=f"simulated guest {row['uuid']} is deaf",
        )
    _write(scene, row, left)
    scene.record(row["uuid"], f"detached {locator}")


def grow(scene: Scene, row: sqlite3.Row, locator: str, size_bytes: int) -> None:
    """The volume has that size at least, and the running guest in the row sees it; see the contract."""
    if all(one["locator"] != locator for one in _disks(row)):
        raise NotThere("The instance does not have this disk any more.", detail=f"{row['uuid']}: {locator}")
    if row["power"] == Power.OFF:
        raise Refused("The instance is off, so its disk is grown by its pool.", detail=row["uuid"])
    query = "UPDATE volumes SET size_bytes = ? WHERE locator = ? AND size_bytes < ?"
    if scene.change(query, size_bytes, locator, size_bytes):
        scene.record(row["uuid"], f"grew {locator} to {size_bytes}")


def limit(scene: Scene, row: sqlite3.Row, locator: str, limits: DiskLimits) -> None:
    """The guest's disk is held to the limits; see the contract."""
    disks = _disks(row)
    found = [one for one in disks if one["locator"] == locator]
    if not found:
        raise NotThere("The instance does not have this disk any more.", detail=f"{row['uuid']}: {locator}")
    found[0].update(limits=asdict(limits))
    _write(scene, row, disks)
    scene.record(row["uuid"], f"limited {locator}")


def move(scene: Scene, row: sqlite3.Row, locator: str, target: str, disk_format: str) -> None:
    """The running guest in the row uses the volume at the target; see the contract."""
    disks = _disks(row)
    if any(one["locator"] == target for one in disks):
        return
    found = [one for one in disks if one["locator"] == locator]
    if not found:
        raise NotThere("The instance does not have this disk any more.", detail=f"{row['uuid']}: {locator}")
    if row["power"] == Power.OFF:
        raise Refused("The instance is off, so its disk is copied by its pool.", detail=row["uuid"])
    if not scene.row("SELECT 1 FROM volumes WHERE locator = ?", target):
        raise Refused("The volume is missing on the host.", detail=target)
    found[0].update(locator=target, format=disk_format)
    _write(scene, row, disks)
    scene.record(row["uuid"], f"moved {locator} to {target}")


def _disks(row: sqlite3.Row) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(row["disks"])
    return found


def _write(scene: Scene, row: sqlite3.Row, disks: list[dict[str, Any]]) -> None:
    scene.change("UPDATE guests SET disks = ? WHERE uuid = ?", json.dumps(disks), row["uuid"])
