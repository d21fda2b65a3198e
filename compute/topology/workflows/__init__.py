"""What workers do with hosts."""

from compute.topology.workflows import connect, remove

__all__ = ["connect", "remove"]
