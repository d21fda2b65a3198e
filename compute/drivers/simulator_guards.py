"""Guards of simulated NICs: kept whole, so that tests can ask what each lets through."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from uuid import UUID

from cloudportal.drivers.errors import Refused
from cloudportal.drivers.simulated.world import Scene
from compute.drivers.guards import GuardRule, NicGuard


def ensure(scene: Scene, guards: Sequence[NicGuard]) -> dict[UUID, str]:
    """Each NIC is held to its guard."""
    for guard in guards:
        text = json.dumps({**asdict(guard), "uuid": str(guard.uuid)})
        known = scene.row(
            "SELECT guard FROM guards WHERE nic = ? AND place = ?", str(guard.uuid), scene.place
        )
        if known is None or known["guard"] != text:
            scene.change("INSERT OR REPLACE INTO guards VALUES (?, ?, ?)", str(guard.uuid), scene.place, text)
            scene.record(guard.uuid, f"guarded {guard.digest()}")
    return {guard.uuid: guard.digest() for guard in guards}


def guarded(scene: Scene) -> dict[UUID, str]:
    """The NICs that have a guard here, with its digest."""
    rows = scene.rows("SELECT nic, guard FROM guards WHERE place = ?", scene.place)
    return {UUID(row["nic"]): guard_in(row).digest() for row in rows}


def remove(scene: Scene, nics: Iterable[UUID]) -> None:
    """There is no guard for these NICs."""
    for nic in nics:
        if scene.row("SELECT 1 FROM guests WHERE place = ? AND instr(nics, ?) > 0", scene.place, str(nic)):
            raise Refused("A guest still has the network card.", detail=f"NIC {nic}")
        if scene.change("DELETE FROM guards WHERE nic = ? AND place = ?", str(nic), scene.place):
            scene.record(nic, "unguarded")


def guard_in(row: sqlite3.Row) -> NicGuard:
    """The guard in a row."""
    values = json.loads(row["guard"])
    rules = values.pop("rules")
    return NicGuard(
        uuid=UUID(values.pop("uuid")),
        addresses=tuple(values.pop("addresses")),
        rules=None if rules is None else tuple(GuardRule(**rule) for rule in rules),
        **values,
    )
