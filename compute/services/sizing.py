"""How large an instance of an offering is, and the terms that it keeps: for deploying and for resizing."""

from dataclasses import dataclass
from typing import Any, Self

from cloudportal.core.errors import InvalidInput
from compute.models import Instance, ServiceOffering

# What any instance may have, whatever its offering says: the least that starts, the most that our hosts take.
BOUNDS = {"cpus": (1, 1024), "cpu_mhz": (1, 10000), "memory_mib": (16, 64 * 1024 * 1024)}
WORDS = {"cpus": "CPUs", "cpu_mhz": "MHz", "memory_mib": "MiB of memory"}


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large an instance is."""

    cpus: int
    cpu_mhz: int
    memory_mib: int

    @classmethod
    def now(cls, instance: Instance) -> Self:
        """The size that the instance has."""
        return cls(cpus=instance.cpus, cpu_mhz=instance.cpu_mhz, memory_mib=instance.memory_mib)

    @property
    def words(self) -> str:
        """`2 CPUs and 2048 MiB of memory`."""
        return f"{self.cpus} {'CPU' if self.cpus == 1 else 'CPUs'} and {self.memory_mib} MiB of memory"

    def beyond(self, other: "Size") -> "Size":
        """What it has more of than the other; never less than nothing."""
        return Size(**{name: max(0, getattr(self, name) - getattr(other, name)) for name in BOUNDS})


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What whoever deploys or resizes says where the offering leaves it open; None says nothing."""

    cpus: int | None = None
    cpu_mhz: int | None = None
    memory_mib: int | None = None


def size_of(offering: ServiceOffering, wanted: Wanted) -> Size:
    """The size of an instance that has the offering. Raises InvalidInput naming what is missing or out of bounds."""
    return Size(**{name: _amount(offering, name, getattr(wanted, name)) for name in BOUNDS})


def terms_of(offering: ServiceOffering, size: Size) -> dict[str, Any]:
    """The columns of an instance that its offering and size decide; it keeps them until it is resized."""
    return {
        "offering": offering,
        "cpus": size.cpus,
        "cpu_mhz": size.cpu_mhz,
        "memory_mib": size.memory_mib,
        "is_cpu_capped": offering.is_cpu_capped,
        "network_rate_mbits": offering.network_rate_mbits,
        "is_highly_available": offering.is_highly_available,
    }


def bounds_of(offering: ServiceOffering, name: str) -> tuple[int, int]:
    """The least and the most that may be said of `cpus`, `cpu_mhz` or `memory_mib`."""
    fixed = getattr(offering, name)
    if fixed is not None:
        return fixed, fixed
    least, most = BOUNDS[name]
    own_least, own_most = getattr(offering, f"least_{name}"), getattr(offering, f"most_{name}")
    return own_least or least, own_most or most


def _amount(offering: ServiceOffering, name: str, said: int | None) -> int:
    fixed: int | None = getattr(offering, name)
    if fixed is not None:
        if said not in (None, fixed):
            raise InvalidInput.of(name, f"{offering.name} always has {fixed} {WORDS[name]}.")
        return fixed
    least, most = bounds_of(offering, name)
    if said is None:
        raise InvalidInput.of(
            name, f"{offering.name} leaves this to you. Say how many {WORDS[name]}, from {least} to {most}."
        )
    if not least <= said <= most:
        raise InvalidInput.of(name, f"{offering.name} has {least} to {most} {WORDS[name]}.")
    return said
