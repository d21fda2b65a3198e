"""Changes of a simulated world behind the portal's back: what a person at the host, or an accident, would
do.
"""

from __future__ import annotations

import time
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


def _delete(world: SimulatedWorld, table: str, uuid: UUID) -> None:
    statements = {
        "guests": "DELETE FROM guests WHERE uuid = ?",
        "volumes": "DELETE FROM volumes WHERE uuid = ?",
        "networks": "DELETE FROM networks WHERE uuid = ?",
    }
    with world.tampering(f"delete_{table}") as scene:
        scene.change(statements[table], str(uuid))
        scene.record(uuid, "deleted")
