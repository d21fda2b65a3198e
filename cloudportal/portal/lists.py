"""List pages: search, filters, order and pages over one query, the same for every noun."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse

from cloudportal.core.caller import Caller
from cloudportal.portal.buttons import PageLink
from cloudportal.portal.columns import Column, Row, columns_for, rows_of
from cloudportal.portal.pages import is_by_htmx, page
from cloudportal.portal.queries import PAGE_SIZES, Asked, Chip, Filter, Option, ordered, searched

# A moment that is over a minute ago says something else only once a minute; before, it would be news all the time.
_SECONDS_AGO = re.compile(r">(?:just now|\d+ s ago)</time>")


@dataclass(frozen=True)
class Heading:
    """A column's head: its label, and where a click on it leads where it can be sorted."""

    column: Column
    url: str
    direction: str


@dataclass(frozen=True)
class ListPage:
    """A list, declared. `rows` is the query of the caller's rows with everything that the columns read.

    `prepare` may look up more for the rows of one page, in a fixed number of queries. `about` says what the
    things are for, where there are none; `create` is the list's one button, and `create_otherwise` are other ways to
    the same end. While a row `is_lively` the page looks again by itself, and is answered 204 while it would show the
    same.
    """

    route: str
    path: str
    title: str
    nouns: str
    rows: Callable[[Caller], QuerySet[Any]]
    columns: tuple[Column, ...]
    about: str
    icon: str = "job"
    search: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    create: PageLink | None = None
    create_otherwise: tuple[PageLink, ...] = ()
    prepare: Callable[[Caller, Sequence[Any]], None] | None = None
    is_lively: Callable[[Any], bool] | None = None
    template: str = "portal/list.html"

    def urls(self) -> list[URLPattern]:
        """The list's address."""
        return [path(self.path, page(self.view), name=self.route)]

    def view(self, request: HttpRequest, caller: Caller) -> HttpResponse:
        """The list as this caller asked for it."""
        columns = columns_for(caller, self.columns)
        asked = Asked.of(reverse(f"portal:{self.route}"), request.GET, [one.name for one in self.filters])
        rows, chips = self._narrowed(caller, asked)
        shown = Paginator(ordered(rows, asked.sort, columns), asked.size).get_page(asked.page)
        things = list(shown.object_list)
        if self.prepare:
            self.prepare(caller, things)
        rows_shown = rows_of(columns, things)
        pager = _pager(shown, asked)
        is_live = self.is_lively is not None and any(self.is_lively(one) for one in things)
        mark = _mark(rows_shown, pager)
        if is_live and is_by_htmx(request) and request.GET.get("seen") == mark:
            return HttpResponse(status=204)
        headings = [heading_of(one, asked) for one in columns]
        values = {
            "page_title": self.title,
            "declared": self,
            "asked": asked,
            "chips": chips,
            "headings": headings,
            "sorts": [one for one in headings if one.url],
            "rows": rows_shown,
            "pager": pager,
            "look_again_url": asked.url(page=asked.page, seen=mark) if is_live else "",
            "create": self.create.for_caller(caller) if self.create else None,
            "otherwise": [one for one in self.create_otherwise if one.for_caller(caller)],
        }
        return render(request, self.template, values)

    def _narrowed(self, caller: Caller, asked: Asked) -> tuple[QuerySet[Any], list[Chip]]:
        rows = self.rows(caller)
        chosen = dict(asked.filters)
        chips = []
        for one in self.filters:
            choices = list(one.choices(caller)) if one.choices else []
            value = chosen.get(one.name, "")
            if value:
                condition = one.condition(value, choices)
                rows = rows.filter(condition) if condition is not None else rows.none()
            if value or len(choices) > 1:
                chips.append(_chip(one, value, one.words(caller, value, choices), choices, asked))
        return searched(rows, asked.search, self.search), chips


@dataclass(frozen=True)
class Pager:
    """Where in the list this page is, and the ways to its neighbours."""

    first: int
    last: int
    total: int
    previous_url: str
    next_url: str
    sizes: tuple[Option, ...]


def _mark(rows: Sequence[Row], pager: Pager) -> str:
    """Changes whenever the rows show something else."""
    seen = [[_SECONDS_AGO.sub("", str(cell.value)) for cell in row.cells] for row in rows]
    return hashlib.sha256(repr((pager.total, seen)).encode()).hexdigest()[:12]


def _pager(shown: Page[Any], asked: Asked) -> Pager:
    return Pager(
        first=shown.start_index(),
        last=shown.end_index(),
        total=shown.paginator.count,
        previous_url=asked.url(page=shown.previous_page_number()) if shown.has_previous() else "",
        next_url=asked.url(page=shown.next_page_number()) if shown.has_next() else "",
        sizes=tuple(Option(str(one), asked.url(size=one), one == asked.size) for one in PAGE_SIZES),
    )


def heading_of(column: Column, asked: Asked) -> Heading:
    """The column's head in a list that was asked for so."""
    if not column.sort:
        return Heading(column, "", "")
    if asked.sort == column.name:
        return Heading(column, asked.url(sort=f"-{column.name}"), "ascending")
    direction = "descending" if asked.sort == f"-{column.name}" else ""
    return Heading(column, asked.url(sort=column.name), direction)


def _chip(declared: Filter, value: str, words: str, choices: Sequence[tuple[str, str]], asked: Asked) -> Chip:
    options = tuple(Option(label, asked.url(**{declared.name: one}), one == value) for one, label in choices)
    return Chip(declared.label, words, asked.url(**{declared.name: ""}), options)
