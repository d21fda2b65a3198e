"""Choices that may be made on the page which asks before an action is carried out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """A box to tick; the service gets it as the keyword `name`."""

    name: str
    label: str
    help: str = ""


@dataclass(frozen=True)
class Ticked:
    """An option as the page shows it."""

    option: Option
    is_chosen: bool


def chosen(options: Iterable[Option], data: Mapping[str, str]) -> dict[str, bool]:
    """By name, whether each option was ticked; nothing but declared names comes through."""
    return {one.name: one.name in data for one in options}
