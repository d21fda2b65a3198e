"""Opening a driver for networks by name, with its own type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from cloudportal.drivers.registry import open_driver
from networking.drivers.contract import NetworkDriver


def open_network(name: str, settings: Mapping[str, object], *, timeout_seconds: float) -> NetworkDriver:
    """As `open_driver("network", ...)`."""
    return cast(NetworkDriver, open_driver("network", name, settings, timeout_seconds=timeout_seconds))
