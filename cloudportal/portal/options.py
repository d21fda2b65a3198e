"""Choices that may be made on the page which asks before an action is carried out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cloudportal.core.errors import InvalidInput

MOST_DIGITS = 9


@dataclass(frozen=True)
class Option:
    """A box to tick; the service gets it as the keyword `name`, and of one that `is_reversed` the opposite."""

    name: str
    label: str
    help: str = ""
    is_reversed: bool = False

    def value(self, data: Mapping[str, str]) -> bool:
        """What the service gets."""
        return (self.name in data) != self.is_reversed


@dataclass(frozen=True)
class Amount:
    """A whole number to fill in; the service gets it as the keyword `name`, or None where it is left empty."""

    name: str
    label: str
    help: str = ""
    least: int = 0
    most: int | None = None

    is_amount = True

    def value(self, data: Mapping[str, str]) -> int | None:
        """What the service gets, which asks whether it is within its bounds. Raises InvalidInput."""
        text = data.get(self.name, "").strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
            raise InvalidInput.of(self.name, f"{self.label}: fill in a whole number, or nothing.")
        return int(text)


@dataclass(frozen=True)
class Answered:
    """An option as the page shows it: whether its box is ticked, or what is filled in."""

    option: Option | Amount
    is_chosen: bool
    text: str

    @classmethod
    def of(cls, option: Option | Amount, data: Mapping[str, str]) -> "Answered":
        """As the reader left it."""
        return cls(option, option.name in data, data.get(option.name, ""))


def chosen(options: Iterable[Option | Amount], data: Mapping[str, str]) -> dict[str, Any]:
    """By name, what was chosen; nothing but declared names comes through. Raises InvalidInput."""
    return {one.name: one.value(data) for one in options}
