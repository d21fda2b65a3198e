"""The settings that all simulator drivers share."""

from __future__ import annotations

from cloudportal.drivers.settings import Scope, Setting


def world_setting(scope: Scope) -> Setting:
    """Where the simulated world lies; the same file for all simulated hosts, pools and networks."""
    return Setting(
        name="world",
        label="World file",
        kind="path",
        scope=scope,
        required=True,
        help="The SQLite file of the simulated world. It is made when missing; its directory must exist.",
    )


def place_setting(scope: Scope, label: str) -> Setting:
    """The name of one place in that world."""
    return Setting(
        name="place",
        label=label,
        kind="text",
        scope=scope,
        required=True,
        help="The name of this place in the simulated world. Each name is a place of its own.",
    )
