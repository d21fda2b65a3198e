"""The tables of usage."""

from usage.models.intervals import LedgerPosition, UsageInterval

__all__ = ["LedgerPosition", "UsageInterval"]
