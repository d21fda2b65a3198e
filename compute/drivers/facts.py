"""What a driver saw: hosts, guests and their counters, as they are and not as they were wished."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from compute.drivers.limits import UNLIMITED, DiskLimits
from compute.drivers.specs import DiskSpec, GuestSpec, NicSpec


class Power(StrEnum):
    """Whether a guest runs, as its host says. UNKNOWN: the host names a state that fits none of the
    others.
    """

    ON = "on"
    OFF = "off"
    PAUSED = "paused"
    UNKNOWN = "unknown"


class PowerAction(StrEnum):
    """What may be done to a guest's power."""

    ON = "on"
    OFF = "off"
    RESET = "reset"


@dataclass(frozen=True, kw_only=True)
class HostFacts:
    """A host as it describes itself. `uuid` is the host's own, so that one host is not added twice.

    `acceleration` names how guests really run there ("kvm", "qemu", ...), never what the host merely claims; so do
    `can_cap_cpu` and `can_cap_network`, without which a guest is not asked to be held to anything.
    """

    uuid: str
    hostname: str
    architecture: str
    cpus: int
    cpu_mhz: int
    memory_mib: int
    free_memory_mib: int
    hypervisor: str
    hypervisor_version: str
    acceleration: str
    can_cap_cpu: bool = False
    can_cap_network: bool = False


@dataclass(frozen=True, kw_only=True)
class DiskFacts:
    """A disk that a guest has; the same locator as in the spec when it is ours."""

    locator: str
    format: str
    device_index: int
    is_read_only: bool = False
    limits: DiskLimits = UNLIMITED


@dataclass(frozen=True, kw_only=True)
class NicFacts:
    """A NIC that a guest has. `guard` names the NIC in the portal whose guard it is held to, empty for none."""

    mac: str
    network_locator: str
    device_index: int
    rate_mbits: int | None = None
    is_linked: bool = True
    guard: str = ""


@dataclass(frozen=True, kw_only=True)
class GuestFacts:
    """A guest as its host has it. Disks and NICs are in the order of their device index.

    `most_cpus` and `most_memory_mib` are how far it could grow while it runs, None where it cannot.
    `guest_data_digest` is `GuestData.digest()` of what the guest was given, None when it was given nothing.
    `media` is the locator of what is in its CD drive.
    """

    uuid: UUID
    name: str
    power: Power
    cpus: int
    memory_mib: int
    disks: tuple[DiskFacts, ...] = ()
    nics: tuple[NicFacts, ...] = ()
    guest_data_digest: str | None = None
    cpu_cap_percent: int | None = None
    media: str | None = None
    most_cpus: int | None = None
    most_memory_mib: int | None = None


@dataclass(frozen=True, kw_only=True)
class DiskStatistics:
    """Counters of one disk since the guest's start."""

    device_index: int
    read_bytes: int
    written_bytes: int
    read_operations: int
    write_operations: int


@dataclass(frozen=True, kw_only=True)
class NicStatistics:
    """Counters of one NIC since the guest's start, seen from the guest: received is what came in to it."""

    mac: str
    received_bytes: int
    sent_bytes: int
    received_packets: int
    sent_packets: int


@dataclass(frozen=True, kw_only=True)
class GuestStatistics:
    """Counters of a running guest. `cpu_time_ns` only grows while the guest runs and starts again at zero
    with it.

    `memory_used_mib` is None when the host cannot tell.
    """

    uuid: UUID
    sampled_at: datetime
    cpus: int
    cpu_time_ns: int
    memory_mib: int
    memory_used_mib: int | None
    disks: tuple[DiskStatistics, ...]
    nics: tuple[NicStatistics, ...]


def hindrances(spec: GuestSpec, facts: GuestFacts) -> tuple[str, ...]:
    """Those differences that a guest which is not off cannot take on. What it is told is none: it reads that as it
    starts, and at its next start it is told anew.
    """
    return tuple(name for name in differences(spec, facts) if name != "guest_data")


def differences(spec: GuestSpec, facts: GuestFacts) -> tuple[str, ...]:
    """The names of the parts in which a guest is not as wished, in a fixed order; empty when it fits. Power
    is no part.
    """
    wished_disks, seen_disks = _disks(spec.disks), _disks(facts.disks)
    wished_nics, seen_nics = _nics(spec.nics), _nics(facts.nics)
    digest = spec.guest_data.digest() if spec.guest_data else None
    pairs: tuple[tuple[str, object, object], ...] = (
        ("name", spec.name, facts.name),
        ("cpus", spec.cpus, facts.cpus),
        ("memory_mib", spec.memory_mib, facts.memory_mib),
        ("cpu_cap_percent", spec.cpu_cap_percent, facts.cpu_cap_percent),
        ("disks", wished_disks, seen_disks),
        ("nics", wished_nics, seen_nics),
        ("media", spec.media.locator if spec.media else None, facts.media),
        ("guest_data", digest, facts.guest_data_digest),
    )
    return tuple(name for name, wished, seen in pairs if wished != seen)


def _disks(disks: Iterable[DiskSpec | DiskFacts]) -> list[tuple[object, ...]]:
    by_place = sorted(disks, key=lambda disk: (disk.device_index, disk.locator))
    return [(one.device_index, one.locator, one.format, one.is_read_only, one.limits) for one in by_place]


def _nics(nics: Iterable[NicSpec | NicFacts]) -> list[tuple[object, ...]]:
    by_place = sorted(nics, key=lambda nic: (nic.device_index, nic.mac))
    return [
        (one.device_index, one.mac, one.network_locator, one.rate_mbits, one.is_linked, one.guard)
        for one in by_place
    ]
