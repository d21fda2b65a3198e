"""Changes of a simulated world behind the portal's back: what a person at the host, or an accident, would
do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from uuid import UUID, uuid4

from cloudportal.drivers.simulated.world import SimulatedWorld


def set_reachable(world: SimulatedWorld, place: str, is_reachable: bool) -> None:
    """Cut a host, pool or network place off, or bring it back."""
    with world.tampering("set_reachable", place) as scene:
        scene.change("INSERT OR IGNORE INTO places (name, uuid) VALUES (?, ?)", place, str(uuid4()))
        scene.change("UPDATE places SET is_reachable = ? WHERE name = ?", int(is_reachable), place)
        scene.record(place, "reachable" if is_reachable else "unreachable")


def set_guest_power(world: SimulatedWorld, uuid: UUID, power: str) -> None:
    """Turn a guest "on", "off" or "paused" as if at the host itself."""
    started_at = None if power == "off" else time.time()
    with world.tampering("set_guest_power") as scene:
        scene.change(
            "UPDATE guests SET power = ?, started_at = ? WHERE uuid = ?", power, started_at, str(uuid)
        )
        scene.record(uuid, power)


def set_deaf(world: SimulatedWorld, uuid: UUID, is_deaf: bool) -> None:
    """Make a guest ignore the request to shut down, or heed it again."""
    with world.tampering("set_deaf") as scene:
        scene.change("UPDATE guests SET is_deaf = ? WHERE uuid = ?", int(is_deaf), str(uuid))
        scene.record(uuid, "deaf" if is_deaf else "heeding")


def set_agent(world: SimulatedWorld, uuid: UUID, has_agent: bool) -> None:
    """Take the agent out of a guest, or put it back."""
    with world.tampering("set_agent") as scene:
        scene.change("UPDATE guests SET has_agent = ? WHERE uuid = ?", int(has_agent), str(uuid))
        scene.record(uuid, "agent" if has_agent else "no agent")


def drop_guest_disk(world: SimulatedWorld, uuid: UUID, device_index: int) -> None:
    """Take a disk out of a guest as if at the host itself."""
    _edit_parts(
        world, uuid, "disks", lambda disks: [one for one in disks if one["device_index"] != device_index]
    )


def drop_guest_nic(world: SimulatedWorld, uuid: UUID, mac: str) -> None:
    """Take a NIC out of a guest as if at the host itself."""
    _edit_parts(world, uuid, "nics", lambda nics: [one for one in nics if one["mac"] != mac])


def change_guest_nic(world: SimulatedWorld, uuid: UUID, mac: str, **values: object) -> None:
    """Pull a cable or take a guard off as if at the host itself: the NIC has these values in the world."""
    _edit_parts(
        world,
        uuid,
        "nics",
        lambda nics: [{**one, **(values if one["mac"] == mac else {})} for one in nics],
    )


def open_guard(world: SimulatedWorld, nic: UUID) -> None:
    """Let a NIC's guard let everything through, as if at the host itself."""
    with world.tampering("open_guard") as scene:
        row = scene.row("SELECT guard FROM guards WHERE nic = ?", str(nic))
        if row is not None:
            opened = json.dumps({**json.loads(row["guard"]), "rules": None, "addresses": []})
            scene.change("UPDATE guards SET guard = ? WHERE nic = ?", opened, str(nic))
            scene.record(nic, "guard opened")


def add_guest_nic(world: SimulatedWorld, uuid: UUID, nic: Mapping[str, object]) -> None:
    """Put another NIC into a guest, with the values that a NIC has in the world."""
    _edit_parts(world, uuid, "nics", lambda nics: [*nics, dict(nic)])


def add_guest(world: SimulatedWorld, place: str, name: str, *, power: str = "on") -> UUID:
    """Put a guest on a host that the portal does not know, and give its id."""
    uuid = uuid4()
    with world.tampering("add_guest", place) as scene:
        scene.change(
            "INSERT INTO guests (uuid, place, name, power, cpus, memory_mib, disks, nics, started_at)"
            " VALUES (?, ?, ?, ?, 1, 512, '[]', '[]', ?)",
            str(uuid),
            place,
            name,
            power,
            time.time(),
        )
        scene.record(uuid, "added")
    return uuid


def delete_guest(world: SimulatedWorld, uuid: UUID) -> None:
    """Make a guest vanish from its host."""
    _delete(world, "guests", uuid)


def delete_volume(world: SimulatedWorld, uuid: UUID) -> None:
    """Make a volume vanish from its pool."""
    _delete(world, "volumes", uuid)


def delete_network(world: SimulatedWorld, uuid: UUID) -> None:
    """Make a network vanish with its reservations."""
    _delete(world, "networks", uuid)


def _edit_parts(
    world: SimulatedWorld, uuid: UUID, column: str, edit: Callable[[list[dict[str, object]]], object]
) -> None:
    statements = {
        "disks": (
            "SELECT disks AS parts FROM guests WHERE uuid = ?",
            "UPDATE guests SET disks = ? WHERE uuid = ?",
        ),
        "nics": (
            "SELECT nics AS parts FROM guests WHERE uuid = ?",
            "UPDATE guests SET nics = ? WHERE uuid = ?",
        ),
    }
    select, update = statements[column]
    with world.tampering(f"edit_{column}") as scene:
        row = scene.row(select, str(uuid))
        if row is not None:
            scene.change(update, json.dumps(edit(json.loads(row["parts"]))), str(uuid))
            scene.record(uuid, f"{column} changed")


def _delete(world: SimulatedWorld, table: str, uuid: UUID) -> None:
    statements = {
        "guests": "DELETE FROM guests WHERE uuid = ?",
        "volumes": "DELETE FROM volumes WHERE uuid = ?",
        "networks": "DELETE FROM networks WHERE uuid = ?",
    }
    with world.tampering(f"delete_{table}") as scene:
        scene.change(statements[table], str(uuid))
        scene.record(uuid, "deleted")
