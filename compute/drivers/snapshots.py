"""Snapshots of whole guests: their disks at one moment, and with them what is in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from uuid import UUID

from compute.drivers.facts import GuestFacts


@dataclass(frozen=True, kw_only=True)
class GuestSnapshot:
    """A snapshot as its driver needs it again. `record` is the driver's own text, without secrets: keep it as it is.

    What was snapped lies within the guest's disks and so goes where they go; the host may have forgotten it.
    """

    uuid: UUID
    has_memory: bool
    record: str


class SnapshotsGuests(ABC):
    """Can keep a guest as it is at one moment, within its disks, and bring it back there."""

    @abstractmethod
    def take_guest_snapshot(self, uuid: UUID, snapshot: UUID, *, with_memory: bool) -> GuestSnapshot:
        """All disks of the guest that can be written to, as they are at one moment.

        With memory the guest must run and goes on running; without it must be off. May be repeated: one that is there
        is left as it is. Raises NotThere without such a guest, Refused in the wrong power or where a disk cannot.
        """

    @abstractmethod
    def revert_guest(self, uuid: UUID, snapshot: GuestSnapshot) -> GuestFacts:
        """The guest is as it was: with memory it runs on from that moment, without it is off.

        What is on the disks since then is gone; other snapshots stay. The guest must have the disks that it had.
        Raises NotThere without such a guest, Refused where it or its disks do not fit.
        """

    @abstractmethod
    def remove_guest_snapshot(self, uuid: UUID, snapshot: GuestSnapshot) -> None:
        """The guest's disks do not hold the snapshot any more; the guest stays as it is, others too.

        Succeeds when there is none. Raises NotThere without such a guest.
        """
