"""Opening a driver for hosts by name, with its own type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from cloudportal.drivers.registry import open_driver
from compute.drivers.contract import ComputeDriver


def open_compute(name: str, settings: Mapping[str, object], *, timeout_seconds: float) -> ComputeDriver:
    """As `open_driver("compute", ...)`. Ask `isinstance(driver, RunsGuests)` before using a capability."""
    return cast(ComputeDriver, open_driver("compute", name, settings, timeout_seconds=timeout_seconds))
