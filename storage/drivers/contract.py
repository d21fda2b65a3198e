"""What every driver for primary storage must do: pools, images that volumes start from, and volumes."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar, Literal
from uuid import UUID

from cloudportal.drivers.base import Driver
from cloudportal.drivers.errors import NotThere
from cloudportal.drivers.values import demand, demand_line

VolumeFormat = Literal["qcow2", "raw"]
FORMATS: tuple[VolumeFormat, ...] = ("qcow2", "raw")
Provisioning = Literal["thin", "sparse", "fat"]
PROVISIONING: tuple[Provisioning, ...] = ("thin", "sparse", "fat")
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class PoolSpec:
    """The pool that a driver was opened for, by the portal's id; where it lies is in the driver's
    settings.
    """

    uuid: UUID
    name: str

    def __post_init__(self) -> None:
        demand_line(self.name, "a pool's name")


@dataclass(frozen=True, kw_only=True)
class PoolFacts:
    """A pool as its host sees it. `used_bytes` counts everything in it, also what is not ours."""

    uuid: UUID
    name: str
    is_active: bool
    capacity_bytes: int
    used_bytes: int
    available_bytes: int


@dataclass(frozen=True, kw_only=True)
class VolumeSpec:
    """A volume as the portal wants it; with `base_image` it starts as a copy of that image, which must be in
    the pool.

    A thin one takes room as it is written; of a sparse one the map of its blocks is made beforehand, where its format
    has one; a fat one has all of its room at once. Only a thin one can lean on an image.
    """

    uuid: UUID
    size_bytes: int
    format: VolumeFormat = "qcow2"
    base_image: UUID | None = None
    provisioning: Provisioning = "thin"

    def __post_init__(self) -> None:
        demand(self.format in FORMATS, "a volume's format must be qcow2 or raw")
        demand(
            self.size_bytes > 0 and self.size_bytes % 512 == 0,
            "a volume's size must be whole sectors of 512 bytes",
        )
        demand(self.provisioning in PROVISIONING, "a volume's provisioning must be thin, sparse or fat")
        demand(
            self.base_image is None or self.provisioning == "thin",
            "a volume that leans on an image must be thin",
        )


@dataclass(frozen=True, kw_only=True)
class VolumeFacts:
    """A volume as the pool has it. `locator` is opaque: only a compute driver of the same kind of host reads
    it.

    `base_image` is the image that it was made from when the pool still needs that image, else None.
    """

    uuid: UUID
    locator: str
    size_bytes: int
    allocated_bytes: int
    format: VolumeFormat
    base_image: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ImageSpec:
    """An image that volumes may start from.

    `size_bytes` and `checksum` (sha256, lower-case hex) are of the file as it is sent; `format` is what it
    was registered as, and is checked against the content, never guessed from it.
    """

    image_id: UUID
    size_bytes: int
    format: VolumeFormat
    checksum: str

    def __post_init__(self) -> None:
        demand(self.format in FORMATS, "an image's format must be qcow2 or raw")
        demand(self.size_bytes > 0, "an image must not be empty")
        demand(
            SHA256.fullmatch(self.checksum) is not None,
            "an image's checksum must be 64 lower-case hex digits",
        )


@dataclass(frozen=True, kw_only=True)
class ImageFacts:
    """An image that is complete in the pool. `virtual_size_bytes` is the least size of a volume made from
    it.
    """

    image_id: UUID
    format: VolumeFormat
    checksum: str
    size_bytes: int
    virtual_size_bytes: int


class StorageDriver(Driver):
    """One pool. `cloudportal.drivers.base.Driver` states the contract of all calls.

    Drivers of one `family` read each other's locators: on a host that reaches both pools, what lies on one can be
    copied and moved to the other.
    """

    family: ClassVar[str]

    @abstractmethod
    def ensure_pool(self, spec: PoolSpec) -> PoolFacts:
        """The pool exists and is active. Must have been called once before any other call but `check`.

        Raises Refused when its place is taken by a pool that is not ours.
        """

    @abstractmethod
    def pool_facts(self) -> PoolFacts:
        """The pool with fresh figures; raises NotThere."""

    @abstractmethod
    def list_volumes(self) -> tuple[VolumeFacts, ...]:
        """All our volumes in the pool, in the order of their uuid; images and strangers' files are left
        out.
        """

    @abstractmethod
    def find_volume(self, uuid: UUID) -> VolumeFacts | None:
        """The volume, or None when the pool does not have it."""

    def volume(self, uuid: UUID) -> VolumeFacts:
        """The volume; raises NotThere."""
        facts = self.find_volume(uuid)
        if facts is None:
            raise NotThere(detail=f"volume {uuid}")
        return facts

    @abstractmethod
    def ensure_volume(self, spec: VolumeSpec) -> VolumeFacts:
        """The volume exists as the spec says; its content is left alone when it did already.

        Raises NotThere when the base image is not complete in the pool, Refused when the volume is there with
        another size, format or base, or when it would be smaller than its base. A failure leaves nothing
        behind or raises Leftover.
        """

    @abstractmethod
    def remove_volume(self, uuid: UUID) -> None:
        """The pool does not have the volume. Succeeds when there is none; raises Busy or Refused while a
        guest uses it, where the pool can tell.
        """

    @abstractmethod
    def ensure_image(self, spec: ImageSpec, source: Path | BinaryIO) -> ImageFacts:
        """The image is complete in the pool, sent from a file or a seekable stream open for reading bytes.

        Nothing is read when it is complete already. The source is checked before the first byte is sent:
        size, checksum, and that the content is plainly of its format with no reference to any other file;
        else Refused. An image becomes visible only when it is complete; an interrupted call leaves only what
        the next call repairs.
        """

    @abstractmethod
    def find_image(self, image_id: UUID) -> ImageFacts | None:
        """The image when it is complete in the pool, else None."""

    @abstractmethod
    def image_locator(self, image_id: UUID) -> str:
        """The locator of an image that is complete in the pool, for a guest that reads it as it is; raises NotThere."""

    @abstractmethod
    def remove_image(self, image_id: UUID) -> None:
        """The pool does not have the image, whole or in part. Raises Refused while a volume still needs
        it.
        """


class GrowsVolumes(ABC):
    """Can make a volume larger while nothing uses it."""

    @abstractmethod
    def grow_volume(self, uuid: UUID, size_bytes: int) -> VolumeFacts:
        """The volume has at least that size; what is on it stays, and what is added reads as zeros. Never smaller.

        May be repeated. Raises NotThere, and Busy or Refused while a guest uses it, where the pool can tell.
        """


class CopiesVolumes(ABC):
    """Can make a volume as a copy of one that its hosts reach, on this pool or another, while nothing uses that; or of
    an image that is complete there, under the image's locator.
    """

    @abstractmethod
    def copy_volume(self, spec: VolumeSpec, source: VolumeFacts) -> VolumeFacts:
        """A volume as the spec says, whole and leaning on no image, with the content of the source at its beginning.

        The spec is of the source's size or larger and has no base image. A half-made copy of an earlier call is made
        anew, so it must be held by nobody. Raises NotThere without the source, Refused where the host cannot read it
        or a guest uses it. A failure leaves nothing behind or raises Leftover.
        """


@dataclass(frozen=True, kw_only=True)
class SnapshotFacts:
    """A whole copy of a volume that waits in the pool to be read. It leans on no other file."""

    uuid: UUID
    locator: str
    virtual_size_bytes: int


class TakesSnapshots(ABC):
    """Can copy a volume as it is at one moment, whole and independent of it, so that the copy can be read out."""

    @abstractmethod
    def snapshot_locator(self, uuid: UUID) -> str:
        """Where the hypervisor of a running guest is to write the copy, as a qcow2 file that is not there yet."""

    @abstractmethod
    def take_snapshot(self, uuid: UUID, volume: UUID) -> SnapshotFacts:
        """A new copy of the volume, in place of one that is there. Raises NotThere, Refused while a guest runs on it.

        The volume must not be written to meanwhile. A failure leaves nothing behind or raises Leftover.
        """

    @abstractmethod
    def find_snapshot(self, uuid: UUID) -> SnapshotFacts | None:
        """The copy, or None when the pool does not have it."""

    @abstractmethod
    def read_snapshot(self, uuid: UUID) -> Iterator[bytes]:
        """The copy's file, a qcow2 image, from its beginning. Raises NotThere."""

    @abstractmethod
    def remove_snapshot(self, uuid: UUID) -> None:
        """The pool does not have the copy, whole or in part. Succeeds when there is none."""


class LeavesPools(ABC):
    """Can let its host forget a pool, so that its place may be another's."""

    @abstractmethod
    def leave_pool(self, uuid: UUID) -> None:
        """The host does not know the pool of that id, and has nothing of it mounted; what is in it stays.

        Succeeds when there is none; Refused while a guest of the host has something in it open, where that can be told.
        """


CAPABILITIES: tuple[type[ABC], ...] = (GrowsVolumes, CopiesVolumes, TakesSnapshots, LeavesPools)


def abilities_of(driver: type[Driver]) -> frozenset[str]:
    """The names of the capabilities that a storage driver's class has, such as "GrowsVolumes"."""
    return frozenset(capability.__name__ for capability in CAPABILITIES if issubclass(driver, capability))
