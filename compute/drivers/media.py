"""The CD drive of a guest: every guest that we make has one, empty until somebody puts an image into it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from cloudportal.drivers.values import demand_line

if TYPE_CHECKING:
    from compute.drivers.facts import GuestFacts


@dataclass(frozen=True, kw_only=True)
class MediaSpec:
    """An image of a CD or DVD, which guests only read; `locator` is the opaque text that the storage driver gave."""

    locator: str

    def __post_init__(self) -> None:
        demand_line(self.locator, "an image's locator", limit_characters=1024)


class ChangesMedia(ABC):
    """Can put an image into a guest's CD drive and take it out, while it is off and while it runs."""

    @abstractmethod
    def change_media(self, uuid: UUID, media: MediaSpec | None) -> GuestFacts:
        """The drive holds the image, or nothing, now and whenever the guest is started on this host.

        A guest that has locked its drive is not asked again: what is in it is only read. May be repeated. Raises
        NotThere without such a guest, Refused when the image is missing or the guest has no drive.
        """
