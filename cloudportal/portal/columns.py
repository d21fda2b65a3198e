"""What stands in the columns of a list or of a table on a detail page."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.portal import cells
from cloudportal.portal.standing import stands_at


@dataclass(frozen=True)
class Column:
    """One column: `cell` is a function of the row, or the dotted name of a value in it.

    `sort` is what to order by where the column can be sorted. `least` keeps it from callers whose kind has no
    use for it. On phones a row is a card, and columns that are not `on_phone` are left out. A table on a detail page
    leaves a column out that has nothing in any row, unless it `is_shown_empty`.
    """

    name: str
    label: str
    cell: Callable[[Any], Any] | str
    sort: str = ""
    kind: Literal["text", "number"] = "text"
    least: RoleKind = RoleKind.USER
    on_phone: bool = True
    is_shown_empty: bool = True

    def value(self, row: Any) -> Any:
        """What stands in the cell, a dash for nothing."""
        read = attrgetter(self.cell) if isinstance(self.cell, str) else self.cell
        return cells.or_nothing(read(row))

    def is_for(self, caller: Caller) -> bool:
        """True where this caller is shown the column."""
        return stands_at(caller, self.least)


@dataclass(frozen=True)
class Cell:
    """One cell with what its column says about it."""

    column: Column
    value: Any


@dataclass(frozen=True)
class Row:
    """A line of cells; `uuid` names it in the page."""

    cells: tuple[Cell, ...]
    uuid: Any = None


def columns_for(caller: Caller, columns: Iterable[Column]) -> tuple[Column, ...]:
    """The columns that this caller is shown."""
    return tuple(one for one in columns if one.is_for(caller))


def used_of(columns: Sequence[Column], things: Sequence[Any]) -> tuple[Column, ...]:
    """The columns that have something in some row, and those that are shown empty too."""
    return tuple(
        one
        for one in columns
        if one.is_shown_empty or any(one.value(thing) is not cells.NOTHING for thing in things)
    )


def rows_of(columns: Sequence[Column], things: Iterable[Any]) -> list[Row]:
    """The things as lines of cells."""
    return [
        Row(tuple(Cell(one, one.value(thing)) for one in columns), getattr(thing, "uuid", None))
        for thing in things
    ]
