"""Giving a guest more while it runs: the capability, and what is refused in which words by every driver."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar
from uuid import UUID

from cloudportal.drivers.errors import Refused
from compute.drivers.facts import GuestFacts, Power


class ResizesGuests(ABC):
    """Can give a running guest more CPUs and memory."""

    # Memory is given in whole multiples of this.
    memory_step_mib: ClassVar[int]

    @abstractmethod
    def grow_guest(self, uuid: UUID, *, cpus: int, memory_mib: int) -> GuestFacts:
        """The running guest has so many CPUs and so much memory, and keeps them when it goes off and on.

        Whether its operating system uses them at once is its own affair. May be repeated. Raises NotThere, and Refused
        for a guest that is off, for less than it has, for more than its spec named as the most, and for memory
        that is no whole step. After a failure the guest may have one of the two: look.
        """


def demand_growth(facts: GuestFacts, *, cpus: int, memory_mib: int, step_mib: int) -> None:
    """Returns where the guest, as it is, can be given what is missing. Raises Refused."""
    if facts.power is Power.OFF:
        raise Refused(
            "The instance is off, so nothing can be given to it as to a running one.",
            detail=f"guest {facts.uuid}",
        )
    if cpus < facts.cpus or memory_mib < facts.memory_mib:
        raise Refused(
            "A running instance gives neither CPUs nor memory back. Stop it first.",
            detail=f"guest {facts.uuid} has {facts.cpus} CPUs and {facts.memory_mib} MiB",
        )
    most_cpus, most_memory_mib = facts.most_cpus or facts.cpus, facts.most_memory_mib or facts.memory_mib
    if cpus > most_cpus or memory_mib > most_memory_mib:
        raise Refused(
            f"As it was started, the instance can have up to {most_cpus} CPUs and {most_memory_mib} MiB of memory. "
            "Stop it to give it more.",
            detail=f"guest {facts.uuid}",
        )
    if (memory_mib - facts.memory_mib) % step_mib:
        raise Refused(
            f"A running instance is given memory in steps of {step_mib} MiB. Choose another size, or stop it first.",
            detail=f"guest {facts.uuid} has {facts.memory_mib} MiB",
        )
