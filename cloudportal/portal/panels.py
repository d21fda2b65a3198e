"""The panels of a detail page: facts, tables, and parts with a template of their own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Literal, Protocol

from django.urls import reverse

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.portal import cells
from cloudportal.portal.buttons import RowLink
from cloudportal.portal.columns import Column, columns_for, rows_of, used_of
from cloudportal.portal.standing import stands_at

Place = Literal["top", "main", "side"]


@dataclass(frozen=True)
class Shown:
    """A panel as one caller sees it on one row's page."""

    template: str
    title: str
    context: dict[str, Any] = field(default_factory=dict)


class Panel(Protocol):
    """Something that has a place on a detail page."""

    @property
    def place(self) -> Place:
        """Above, in the wide column, or beside it."""

    def shown(self, caller: Caller, row: Any) -> Shown | None:
        """What this caller sees there for the row, or None for nothing."""


@dataclass(frozen=True)
class Fact:
    """A label and a value: a function of the row, or a dotted name in it. Some are left out while they are empty."""

    label: str
    value: Callable[[Any], Any] | str
    least: RoleKind = RoleKind.USER
    is_shown_empty: bool = True

    def read(self, row: Any) -> Any:
        """The value, a dash for nothing."""
        read = attrgetter(self.value) if isinstance(self.value, str) else self.value
        return cells.or_nothing(read(row))


@dataclass(frozen=True)
class Facts:
    """A card of labels and values."""

    title: str
    facts: tuple[Fact, ...]
    place: Place = "main"
    least: RoleKind = RoleKind.USER

    def shown(self, caller: Caller, row: Any) -> Shown | None:
        """The facts that are for this caller."""
        if not stands_at(caller, self.least):
            return None
        read = [(one, one.read(row)) for one in self.facts if stands_at(caller, one.least)]
        lines = [
            (one.label, value) for one, value in read if one.is_shown_empty or value is not cells.NOTHING
        ]
        return Shown("portal/panels/facts.html", self.title, {"lines": lines})


@dataclass(frozen=True)
class Table:
    """Things that belong to the row, as a short table. `more` leads to the full list, filtered by the row; `add` to
    the form for another one.

    An empty table is left out unless `empty` says what it would hold.
    """

    title: str
    things: Callable[[Caller, Any], Iterable[Any]]
    columns: tuple[Column, ...]
    empty: str = ""
    more: tuple[str, str] | None = None
    add: RowLink | None = None
    place: Place = "main"
    least: RoleKind = RoleKind.USER

    def shown(self, caller: Caller, row: Any) -> Shown | None:
        """The table with its rows."""
        if not stands_at(caller, self.least):
            return None
        things = list(self.things(caller, row))
        columns = used_of(columns_for(caller, self.columns), things)
        rows = rows_of(columns, things)
        if not (rows or self.empty):
            return None
        more = f"{reverse(f'portal:{self.more[0]}')}?{self.more[1]}={row.uuid}" if self.more else ""
        add = self.add.button(caller, row) if self.add else None
        values = {"columns": columns, "rows": rows, "empty": self.empty, "more": more, "add": add}
        return Shown("portal/panels/table.html", self.title, values)


@dataclass(frozen=True)
class Part:
    """A panel with its own template; `values` returns what the template needs, or None to leave it out."""

    title: str
    template: str
    values: Callable[[Caller, Any], dict[str, Any] | None]
    place: Place = "main"
    least: RoleKind = RoleKind.USER

    def shown(self, caller: Caller, row: Any) -> Shown | None:
        """The part with its values."""
        values = self.values(caller, row) if stands_at(caller, self.least) else None
        return None if values is None else Shown(self.template, self.title, values)
