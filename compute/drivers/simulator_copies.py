"""Copies of the disks of simulated guests that run."""

from __future__ import annotations

import json
import sqlite3

from cloudportal.drivers.errors import NotThere, Refused
from cloudportal.drivers.simulated import locators
from cloudportal.drivers.simulated.world import Scene
from compute.drivers.facts import Power


def copy(scene: Scene, guest: sqlite3.Row, locator: str, target: str, *, is_quiet: bool) -> bool:
    """The disk is copied whole; see the contract. A simulated guest's agent always answers, unless it is deaf."""
    copy_uuid = locators.uuid_in(target, locators.SNAPSHOT)
    if guest["power"] == Power.OFF:
        raise Refused("The instance is off, so its disk cannot be copied through it.")
    if locator not in {disk["locator"] for disk in json.loads(guest["disks"])}:
        raise NotThere(detail=f"simulated guest {guest['uuid']} has no disk {locator}")
    volume = scene.row("SELECT * FROM volumes WHERE uuid = ?", locators.uuid_in(locator, locators.VOLUME))
    if volume is None:
        raise NotThere(detail=f"no simulated volume at {locator}")
    scene.change(
        "INSERT OR REPLACE INTO snapshots (uuid, place, volume, virtual_size_bytes) VALUES (?, ?, ?, ?)",
        copy_uuid,
        volume["place"],
        volume["uuid"],
        volume["size_bytes"],
    )
    scene.record(copy_uuid, "copied")
    return is_quiet and not guest["is_deaf"]
