"""Where a guest's seed lies on its host."""

from __future__ import annotations

from uuid import UUID


def file_name(uuid: UUID) -> str:
    """The name of a guest's seed on its host."""
    return f"seed-{uuid}.iso"
