"""NICs of simulated guests, plugged in and taken out while they run."""

from __future__ import annotations

import sqlite3

from cloudportal.drivers.errors import OutcomeUnknown
from cloudportal.drivers.simulated.world import Scene
from compute.drivers.facts import Power
from compute.drivers.simulator_guests import demand_guard, demand_network, facts_of, nics_text
from compute.drivers.specs import GuestData, NicSpec
from compute.drivers.wiring import demand_same_place


def rewire(scene: Scene, row: sqlite3.Row, wished: tuple[NicSpec, ...], guest_data: GuestData | None) -> None:
    """The guest has these NICs and that data; see the contract."""
    seen = {nic.mac: nic for nic in facts_of(row).nics}
    for nic in wished:
        demand_same_place(nic, seen.get(nic.mac))
    is_running = row["power"] != Power.OFF
    for nic in wished if is_running else ():
        demand_network(scene, nic.network_locator)
        demand_guard(scene, nic.guard)
    digest = guest_data.digest() if guest_data and row["guest_data_digest"] else row["guest_data_digest"]
    kept = nics_text(wished)
    if (row["nics"], row["guest_data_digest"]) == (kept, digest):
        return
    if is_running and row["is_deaf"] and set(seen) - {nic.mac for nic in wished}:
        raise OutcomeUnknown(detail=f"simulated guest {row['uuid']} is deaf and keeps its NIC")
    scene.change(
        "UPDATE guests SET nics = ?, guest_data_digest = ? WHERE uuid = ?", kept, digest, row["uuid"]
    )
    scene.record(row["uuid"], f"wired to {len(wished)}")
