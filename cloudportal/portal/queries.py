"""What a list was asked for in its address: words, filters, order, page. Unknown values never widen it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict

from cloudportal.core import clock
from cloudportal.core.caller import Caller
from cloudportal.core.errors import NotPermitted
from cloudportal.portal.columns import Column

PAGE_SIZES = (25, 50, 100)
SEARCH_LIMIT_CHARACTERS = 100

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Filter:
    """One way to narrow a list. `lookup` is the row's value; `choices` are (value, words) for the caller, and
    `read` turns a choice into what the row is compared with.

    Without choices it takes a uuid, as links from other pages give it; `called` finds what that stands for, among what
    the caller may see.
    """

    name: str
    label: str
    lookup: str
    choices: Callable[[Caller], Choices] | None = None
    read: Callable[[str], Any] = str
    called: Callable[[Caller, str], str] | None = None

    def condition(self, value: str, choices: Choices) -> Q | None:
        """The rows with that value, or None for a value that is none of the choices."""
        if self.choices is None:
            return Q(**{self.lookup: value}) if is_uuid(value) else None
        known = {one for one, _ in choices}
        return Q(**{self.lookup: self.read(value)}) if value in known else None

    def words(self, caller: Caller, value: str, choices: Choices) -> str:
        """The value as people know it, and as it came where nobody does."""
        if self.called is not None and is_uuid(value):
            return self.called(caller, value) or value
        return dict(choices).get(value, value)


def name_in(
    rows: Callable[[Caller], QuerySet[Any]], name: str = "name", *, key: str = "uuid"
) -> Callable[[Caller, str], str]:
    """For a filter's `called`: the name in the newest row with that uuid, empty where the caller has no such row."""

    def called(caller: Caller, uuid: str) -> str:
        try:
            found = rows(caller).filter(Q((key, uuid))).order_by("-pk").values_list(name, flat=True)
            return str(found.first() or "")
        except NotPermitted:
            return ""

    return called


_RECENT = {"hour": ("last hour", 1), "day": ("last 24 hours", 24), "week": ("last 7 days", 7 * 24)}


def _since(word: str) -> datetime:
    return clock.now() - timedelta(hours=_RECENT[word][1])


# For lists of what happened: most look for what did so lately.
SINCE = Filter(
    "since",
    "When",
    "created_at__gte",
    lambda caller: [(name, words) for name, (words, _) in _RECENT.items()],
    _since,
)


@dataclass(frozen=True)
class Option:
    """A choice in a filter's menu."""

    label: str
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class Chip:
    """A filter as the page shows it: chosen with a way to take it off, or open with a menu."""

    label: str
    value: str
    off_url: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Asked:
    """The address of a list, taken apart."""

    path: str
    search: str
    sort: str
    page: str
    size: int
    filters: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, path: str, data: QueryDict, names: Sequence[str]) -> "Asked":
        """What the query string says, within bounds."""
        size = data.get("size", "")
        return cls(
            path=path,
            search=data.get("q", "").strip()[:SEARCH_LIMIT_CHARACTERS],
            sort=data.get("sort", ""),
            page=data.get("page", "1"),
            size=int(size) if size in {str(one) for one in PAGE_SIZES} else PAGE_SIZES[0],
            filters=tuple((name, str(data[name])) for name in names if data.get(name)),
        )

    def url(self, **changes: Any) -> str:
        """The same list with some of it changed; an empty value takes a part away, and the page begins anew."""
        values = {
            "q": self.search,
            "sort": self.sort,
            "size": self.size if self.size != PAGE_SIZES[0] else "",
            **dict(self.filters),
            **changes,
        }
        text = urlencode([(name, value) for name, value in values.items() if value not in ("", None)])
        return f"{self.path}?{text}" if text else self.path

    @property
    def is_narrowed(self) -> bool:
        """True where words or filters leave something out."""
        return bool(self.search or self.filters)

    def kept(self) -> list[tuple[str, str]]:
        """What a search form must send along besides the words."""
        size = [("size", str(self.size))] if self.size != PAGE_SIZES[0] else []
        sort = [("sort", self.sort)] if self.sort else []
        return [*self.filters, *sort, *size]


def searched(rows: QuerySet[Any], words: str, lookups: Sequence[str]) -> QuerySet[Any]:
    """The rows in which one of the lookups contains the words, or whose uuid they are."""
    if not words:
        return rows
    condition = Q(uuid=words) if is_uuid(words) else Q(pk__in=())
    for lookup in lookups:
        condition |= Q(**{f"{lookup}__icontains": words})
    # Words may be found in several things of one row, such as its addresses; the row is still one.
    return rows.filter(condition).distinct()


def ordered(rows: QuerySet[Any], sort: str, columns: Sequence[Column]) -> QuerySet[Any]:
    """The rows by the column named in `sort`, backwards with a dash before it; their own order for no such."""
    known = {one.name: one.sort for one in columns if one.sort}
    name = sort.removeprefix("-")
    if name not in known:
        # Pages of rows without an order could show one twice and leave another out.
        return rows if rows.ordered else rows.order_by("-pk")
    by = f"-{known[name]}" if sort.startswith("-") else known[name]
    return rows.order_by(by, "pk")


def is_uuid(value: str) -> bool:
    """True for what can be looked up as one."""
    try:
        UUID(value)
    except ValueError:
        return False
    return True
