"""Resources: plural nouns whose lists, shows, edits and verbs are declared, and become operations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from cloudportal.api.filters import Filter
from cloudportal.api.shapes import Shape, Values
from cloudportal.core.actions import Action


@dataclass(frozen=True)
class Create:
    """`POST /plural/`. `call(caller, *parents, values)` gives the new row, or Work where `works`."""

    takes: type[Values]
    call: Callable[..., Any]
    action: Action
    summary: str = ""
    works: bool = False
    # What the answer shows, where that is more than later reads do: a secret that is shown once.
    gives: type[Shape] | None = None
    # What the answer of one that `works` tells beside job and row.
    tells: type[Shape] | None = None


@dataclass(frozen=True)
class Edit:
    """`PATCH /plural/{uuid}/`. `call(caller, row, values)` gets only the values that were sent, all of which may be
    left out where `is_partial`.
    """

    takes: type[Values]
    call: Callable[..., Any]
    action: Action
    summary: str = ""
    is_partial: bool = True


@dataclass(frozen=True)
class Remove:
    """`DELETE /plural/{uuid}/`. `call(caller, row)` gives nothing, or Work where `works`. The `options` are query
    parameters, handed on by keyword.
    """

    call: Callable[..., Any]
    action: Action
    summary: str = ""
    works: bool = False
    options: tuple[Filter, ...] = ()


@dataclass(frozen=True)
class Verb:
    """`POST /plural/{uuid}/name/`. `call(caller, row)`, or with values where it `takes` any, gives the row,
    something in the shape `gives`, or Work where `works`.
    """

    name: str
    call: Callable[..., Any]
    action: Action
    takes: type[Values] | None = None
    summary: str = ""
    works: bool = False
    gives: type[Shape] | None = None
    tells: type[Shape] | None = None
    # Works only sometimes: at others rows are all there is to change, and the answer has no job.
    sometimes: bool = False
    # False where it asks the outside world, which nobody may do inside a transaction.
    is_plannable: bool = True


Change = Create | Edit | Remove | Verb


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A plural noun of the REST door.

    `path` may begin with parents, as in `projects/{project}/members`; `rows(caller, *parents)` is the list query
    and `row(caller, *parents, uuid)` the single one, both from the app's `queries`. What a shape shows must be
    readable from any row, and in a fixed number of queries from `rows`.
    """

    path: str
    noun: str
    shape: type[Shape]
    read: Action | None
    rows: Callable[..., QuerySet[Any]] | None = None
    row: Callable[..., Any] | None = None
    # Finds the row for a change, where not everybody who sees it may change it.
    own: Callable[..., Any] | None = None
    # What a single row shows, where that is more than the list does.
    detail: type[Shape] | None = None
    filters: tuple[Filter, ...] = ()
    orderings: tuple[str, ...] = ("created_at",)
    changes: tuple[Change, ...] = ()
    # Gives rows what their shape shows beyond their columns, in a fixed number of queries for all of them.
    complete: Callable[[Any, list[Any]], None] | None = None

    @property
    def plural(self) -> str:
        """The last word of the path, as in `members`."""
        return self.path.rpartition("/")[2]

    @property
    def full(self) -> type[Shape]:
        """The shape of a single row."""
        return self.detail or self.shape

    @property
    def key(self) -> str:
        """The noun as a key of an answer, as in `service_offering`."""
        return self.noun.lower().replace(" ", "_").replace("-", "_")
