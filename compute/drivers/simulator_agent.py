"""The agent inside a simulated guest: there unless somebody took it out, and it knows root and debian."""

from __future__ import annotations

import sqlite3

from cloudportal.drivers.errors import Refused
from cloudportal.drivers.simulated.world import Scene
from compute.drivers.facts import Power

USERS = ("root", "debian")


def answers(row: sqlite3.Row) -> bool:
    """True where somebody inside the guest can be asked."""
    return bool(row["has_agent"]) and row["power"] == Power.ON


def take(scene: Scene, row: sqlite3.Row, user: str, what: str) -> bool:
    """The agent does what it is asked, or there is none; raises Refused for a user that the guest does not have."""
    if not answers(row):
        return False
    if user not in USERS:
        raise Refused("The guest has no such user.", detail=f"user {user} of simulated guest {row['uuid']}")
    scene.record(row["uuid"], f"{what} of {user}")
    return True
