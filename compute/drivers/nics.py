"""What drivers may be able to do with the network cards of a guest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from uuid import UUID

from compute.drivers.facts import GuestFacts
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
