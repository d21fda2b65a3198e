"""How fast parts of a guest may be: plain values, the same in a wish and in what was seen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from uuid import UUID

from cloudportal.drivers.values import demand

# libvirt keeps them in 64 bits and QEMU refuses more than this.
LIMIT_OF_LIMITS = 10**15


@dataclass(frozen=True, kw_only=True)
class DiskLimits:
    """What a disk may do in a second, 0 for as much as it can."""

    read_iops: int = 0
    write_iops: int = 0
    read_bytes: int = 0
    write_bytes: int = 0

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            demand(0 <= value <= LIMIT_OF_LIMITS, f"a disk's limit must be 0 to {LIMIT_OF_LIMITS}")


UNLIMITED = DiskLimits()


class TunesDisks(ABC):
    """Can hold a disk of a guest to other limits while the guest runs."""

    @abstractmethod
    def limit_disk(self, uuid: UUID, locator: str, limits: DiskLimits) -> None:
        """The guest's disk does no more than this in a second, now and whenever it is started on this host.

        May be repeated, whatever the guest's power. Raises NotThere when there is no such guest or it has no such disk.
        """
