"""What a list may be narrowed by and ordered by: declared, typed, and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from cloudportal.api.parsing import is_quiet
from cloudportal.api.refusals import UnknownParameter
from cloudportal.core.errors import InvalidInput

_MOST_CHOICES = 50


@dataclass(frozen=True)
class Kind:
    """How a parameter's text becomes a value; `parse` gives None where it cannot. `type` is OpenAPI's word."""

    type: str
    format: str
    parse: Callable[[str], Any]
    sentence: str


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _time(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
        # In UTC here: a zone can put a moment before the first or after the last one that there is.
        return moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _text(text: str) -> str | None:
    return text if text and len(text) <= 255 and is_quiet(text) else None


TEXT = Kind("string", "", _text, "Give 1 to 255 characters without control characters.")
UUIDS = Kind("string", "uuid", _uuid, "Give a uuid.")
WHOLE = Kind("integer", "", _whole, "Give a whole number.")
FLAG = Kind("boolean", "", {"true": True, "false": False}.get, "Give true or false.")
TIME = Kind("string", "date-time", _time, "Give a time with its zone, as in 2030-01-31T12:00:00Z.")


@dataclass(frozen=True)
class Filter:
    """One query parameter of a list. `lookup` is ours and never the caller's; several values mean any of them."""

    name: str
    lookup: str = ""
    kind: Kind = TEXT
    choices: tuple[str, ...] = ()
    help: str = ""

    def condition(self, texts: Sequence[str]) -> Q:
        """The rows that fit any of the values. Raises InvalidInput for the parameter."""
        if len(texts) > _MOST_CHOICES:
            raise InvalidInput.of(self.name, f"Give at most {_MOST_CHOICES} values.")
        condition = Q(pk__in=())
        for text in texts:
            condition |= Q((self.lookup or self.name, self.value_of(text)))
        return condition

    def value_of(self, text: str) -> Any:
        """The parameter's text as a value of its kind. Raises InvalidInput for the parameter."""
        if self.choices and text not in self.choices:
            raise InvalidInput.of(self.name, f"Choose one of: {', '.join(self.choices)}.")
        value = self.kind.parse(text)
        if value is None:
            raise InvalidInput.of(self.name, self.kind.sentence)
        return value


def by_uuid(name: str, lookup: str = "") -> Filter:
    """Narrows by the uuid of a related row, `<name>__uuid` where no lookup is given."""
    return Filter(name, lookup or f"{name}__uuid", UUIDS)


def by_text(name: str = "search", lookup: str = "name__icontains") -> Filter:
    """Narrows to what contains the text."""
    return Filter(name, lookup, TEXT, help="Rows that contain this text.")


def between(field: str) -> tuple[Filter, Filter]:
    """Narrows by time: `<field>_from` (inclusive) and `<field>_until` (exclusive)."""
    return (
        Filter(f"{field}_from", f"{field}__gte", TIME, help="Inclusive."),
        Filter(f"{field}_until", f"{field}__lt", TIME, help="Exclusive."),
    )


def narrowed(rows: QuerySet[Any], filters: Sequence[Filter], parameters: QueryDict) -> QuerySet[Any]:
    """The rows that fit every filter that the request names."""
    for one in filters:
        if one.name in parameters:
            rows = rows.filter(one.condition(parameters.getlist(one.name)))
    return rows


def ordered(rows: QuerySet[Any], orderings: Sequence[str], parameters: QueryDict) -> QuerySet[Any]:
    """The rows in the order asked for, ties by key so that pages never overlap. Raises InvalidInput."""
    if "ordering" not in parameters:
        return rows if rows.ordered else rows.order_by("pk")
    names = [name for name in str(parameters["ordering"]).split(",") if name]
    if not names or any(name.removeprefix("-") not in orderings for name in names):
        raise InvalidInput.of(
            "ordering", f"Order by any of: {', '.join(orderings)}; a dash before means descending."
        )
    return rows.order_by(*names, "pk")


def refuse_unknown(parameters: QueryDict, known: Sequence[str]) -> None:
    """Raises UnknownParameter for the first parameter that is not known here."""
    for name in parameters:
        if name not in known:
            shown = name[:60] if is_quiet(name) else "?"
            raise UnknownParameter(
                name=shown,
                known=", ".join(known) or "none",
                fields={shown: ["There is no such parameter here."]},
            )
