"""Opening a driver for storage pools by name, with its own type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from cloudportal.drivers.registry import open_driver
from storage.drivers.contract import StorageDriver


def open_storage(name: str, settings: Mapping[str, object], *, timeout_seconds: float) -> StorageDriver:
    """As `open_driver("storage", ...)`."""
    return cast(StorageDriver, open_driver("storage", name, settings, timeout_seconds=timeout_seconds))
