"""What every driver for hosts must do, and the small capabilities that a driver may add."""

from __future__ import annotations

from abc import ABC, abstractmethod
from uuid import UUID

from cloudportal.drivers.base import Driver
from cloudportal.drivers.errors import NotThere
from compute.drivers.agent import TalksToAgent
from compute.drivers.console import KeepsSerialLog, OffersConsole, TakesScreenshots
from compute.drivers.facts import GuestFacts, GuestStatistics, HostFacts, PowerAction
from compute.drivers.growth import ResizesGuests
from compute.drivers.limits import TunesDisks
from compute.drivers.media import ChangesMedia
from compute.drivers.nics import GuardsNics, PlugsNics
from compute.drivers.snapshots import SnapshotsGuests
from compute.drivers.specs import DiskSpec, GuestSpec


class ComputeDriver(Driver):
    """The core that every kind of host has. `cloudportal.drivers.base.Driver` states the contract of all
    calls.
    """

    @abstractmethod
    def host_facts(self) -> HostFacts:
        """The host as it describes itself."""

    @abstractmethod
    def list_guests(self) -> tuple[GuestFacts, ...]:
        """Every guest that the host has, also those that are not ours, in the order of their uuid."""

    @abstractmethod
    def find_guest(self, uuid: UUID) -> GuestFacts | None:
        """The guest, or None when the host does not have it."""

    def guest(self, uuid: UUID) -> GuestFacts:
        """The guest; raises NotThere."""
        facts = self.find_guest(uuid)
        if facts is None:
            raise NotThere(detail=f"guest {uuid}")
        return facts

    @abstractmethod
    def set_power(
        self, uuid: UUID, action: PowerAction, *, force: bool = False, timeout_seconds: float | None = None
    ) -> GuestFacts:
        """Change a guest's power and return when it is so; the facts are those after the change.

        ON: runs; a paused guest is resumed. OFF: the guest is asked to shut down and is waited for; with
        `force` its power is cut. RESET: off, asked or forced, and on again. ON and OFF may be repeated; a
        guest that is already so is left alone. RESET happens each time it is called. A guest that does not
        shut down in time raises OutcomeUnknown: it may still be shutting down. `timeout_seconds` replaces the
        driver's limit for this call. Raises NotThere.
        """


class RunsGuests(ABC):
    """Can make and remove guests (a hypervisor can; bare metal has them)."""

    @abstractmethod
    def ensure_guest(self, spec: GuestSpec) -> GuestFacts:
        """The guest exists as the spec says; a new one is off.

        May be repeated with the same spec, whatever the guest's power. A guest that is off takes on a changed
        spec; one that is not off and differs is left as it is and raises Refused, except where only what it is told
        differs, which it reads at its next start. Volumes and networks named
        by locators must exist before the guest is started, not before it is made. A failure leaves nothing
        behind or raises Leftover.
        """

    @abstractmethod
    def remove_guest(self, uuid: UUID) -> None:
        """The host does not have the guest: its power is cut and all that was made for it here is gone.

        Its volumes are left alone. Succeeds when there is no such guest.
        """


class AttachesDisks(ABC):
    """Can give a guest a disk and take one away again, while it is off and while it runs."""

    @abstractmethod
    def attach_disk(self, uuid: UUID, disk: DiskSpec) -> GuestFacts:
        """The guest has the disk at its device index, now and whenever it is started on this host.

        May be repeated. Raises NotThere without such a guest, Refused when another disk is at that index, and when
        the volume is missing or used by another guest, where the host can tell.
        """

    @abstractmethod
    def detach_disk(self, uuid: UUID, locator: str, *, timeout_seconds: float | None = None) -> GuestFacts:
        """The guest does not have the disk, and has let go of it when this returns: the volume may be used elsewhere.

        Succeeds when it has no such disk; raises NotThere without such a guest. A running guest that does not let go
        in time raises OutcomeUnknown: it may still do so, and must be believed to use the disk. `timeout_seconds`
        replaces the driver's limit for this call.
        """


class GrowsDisks(ABC):
    """Can make a running guest see that a disk of its has become larger."""

    @abstractmethod
    def grow_disk(self, uuid: UUID, locator: str, size_bytes: int) -> None:
        """The volume has at least that size, and the guest, which must run, sees it. Never makes it smaller.

        May be repeated. Raises NotThere when there is no such guest or it has no such disk, Refused while it is off.
        """


class CopiesDisks(ABC):
    """Can copy the disk of a running guest as it is at one moment, while the guest goes on."""

    @abstractmethod
    def copy_disk(self, uuid: UUID, locator: str, target: str, *, is_quiet: bool = False) -> bool:
        """The whole disk is in a new qcow2 file at the locator `target`, leaning on no other; True if it was quiet.

        With `is_quiet` the guest's agent is asked to write its file systems out and hold them for the moment of the
        copy; without an agent the copy is as after a power cut. A copy that another call has begun is given up.
        Raises NotThere when there is no such guest or it has no such disk, Refused while it is off.
        """


class MovesDisks(ABC):
    """Can move the disk of a running guest to another volume while the guest goes on."""

    @abstractmethod
    def move_disk(self, uuid: UUID, locator: str, target: str, target_format: str) -> None:
        """The guest uses the volume at `target`, with all that was on the one at `locator`, now and as it is defined.

        The target must be there with the same size, and empty. May be repeated: a move that an earlier call began is
        gone on with. Raises NotThere when there is no such guest or it has neither disk, Refused while it is off.
        """

    @abstractmethod
    def cancel_move(self, uuid: UUID, locator: str) -> None:
        """The guest uses the volume at `locator`, and nothing is copied from it any more.

        Succeeds when nothing was, and when there is no such guest.
        """

    @abstractmethod
    def moved_fraction(self, uuid: UUID, locator: str) -> float:
        """How much of a move from that locator is copied, 0 to 1; 0 where none is under way."""


class ReadsStatistics(ABC):
    """Can read the counters of running guests."""

    @abstractmethod
    def guest_statistics(self, uuid: UUID) -> GuestStatistics | None:
        """Counters of one guest, None while it is off; raises NotThere."""

    @abstractmethod
    def all_statistics(self) -> tuple[GuestStatistics, ...]:
        """Counters of all guests that are not off, in the order of their uuid, in one round to the host."""


CAPABILITIES: tuple[type[ABC], ...] = (
    RunsGuests,
    ResizesGuests,
    AttachesDisks,
    GrowsDisks,
    TunesDisks,
    MovesDisks,
    PlugsNics,
    CopiesDisks,
    GuardsNics,
    ReadsStatistics,
    OffersConsole,
    TakesScreenshots,
    KeepsSerialLog,
    ChangesMedia,
    TalksToAgent,
    SnapshotsGuests,
)


def abilities_of(driver: type[Driver]) -> frozenset[str]:
    """The names of the capabilities that a driver's class has, such as "RunsGuests"."""
    return frozenset(capability.__name__ for capability in CAPABILITIES if issubclass(driver, capability))
