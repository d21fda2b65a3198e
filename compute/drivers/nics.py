"""What drivers may be able to do with the network cards of a guest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from uuid import UUID

from compute.drivers.facts import GuestFacts
from compute.drivers.guards import NicGuard
from compute.drivers.specs import GuestData, NicSpec


class PlugsNics(ABC):
    """Can change a guest's NICs whatever its power."""

    @abstractmethod
    def ensure_nics(
        self, uuid: UUID, nics: tuple[NicSpec, ...], guest_data: GuestData | None = None
    ) -> GuestFacts:
        """The guest has exactly these NICs, and reads that data at its next start where any is given.

        NICs are told apart by MAC: what is missing is plugged in, what is too much is taken out, a cable is put in or
        pulled; what fits is not touched. May be repeated. A running guest must let go of a NIC by itself and is waited
        for; OutcomeUnknown when it does not in time. Raises NotThere without the guest, Refused where a NIC of that MAC
        is in another network or place, or a network is missing.
        """


class GuardsNics(ABC):
    """Can hold NICs to what they may send and receive. A guest with a NIC whose spec `is_guarded` does not start
    without the NIC's guard.
    """

    @abstractmethod
    def ensure_guards(self, guards: tuple[NicGuard, ...]) -> Mapping[UUID, str]:
        """Each of these NICs is held to its guard, now where a running guest has it and whenever one will. Returns what
        `guarded` says of them from now on, unless somebody changes them at the host.

        A guard takes the place of the one before as a whole; where that fails the one before stays in force. It
        outlives restarts of the guest and of the host's own services. May be repeated.
        """

    @abstractmethod
    def guarded(self) -> Mapping[UUID, str]:
        """The NICs that the host has a guard for, each with a digest of what the host itself says that guard is."""

    @abstractmethod
    def remove_guards(self, nics: tuple[UUID, ...]) -> None:
        """The host has no guard for these NICs. Succeeds where there is none; raises Refused while a guest has the
        NIC.
        """
