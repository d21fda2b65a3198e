"""The locators of the simulated world: how its volumes and networks are named to its guests."""

from __future__ import annotations

from uuid import UUID

from cloudportal.drivers.errors import InvalidSpec

VOLUME = "sim-volume"
NETWORK = "sim-network"
SNAPSHOT = "sim-snapshot"
IMAGE = "sim-image"


def volume_locator(uuid: UUID | str, place: str = "") -> str:
    """The locator of a simulated volume, with its place where another pool has one of that id too."""
    return f"{VOLUME}:{uuid}/{place}" if place else f"{VOLUME}:{uuid}"


def image_locator(uuid: UUID | str) -> str:
    """The locator of a simulated image."""
    return f"{IMAGE}:{uuid}"


def network_locator(uuid: UUID | str) -> str:
    """The locator of a simulated network."""
    return f"{NETWORK}:{uuid}"


def snapshot_locator(uuid: UUID | str) -> str:
    """The locator of a copy of a simulated volume."""
    return f"{SNAPSHOT}:{uuid}"


def uuid_in(locator: str, kind: str) -> str:
    """The id in a locator of that kind; raises InvalidSpec for any other text."""
    prefix, _, rest = locator.partition(":")
    try:
        return str(UUID(rest.partition("/")[0])) if prefix == kind else _strange(kind)
    except ValueError:
        return _strange(kind)


def _strange(kind: str) -> str:
    raise InvalidSpec(detail=f"the simulator reads only locators like {kind}:<uuid>")
