"""Detail pages: one row's facts and neighbours in panels, and a button for everything that can be done to it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import PlanChanged, PortalError
from cloudportal.portal import cells, refusals
from cloudportal.portal.buttons import RowAction, RowLink, arranged
from cloudportal.portal.options import Answered, chosen
from cloudportal.portal.pages import page
from cloudportal.portal.panels import Panel, Shown


@dataclass(frozen=True)
class Crumb:
    """A step on the way from the start page."""

    label: str
    url: str


@dataclass(frozen=True)
class DetailPage:
    """One thing's page, declared. `row` is the query for one of the caller's rows; `parent` the list's route.

    `state` reads the word for the badge, or makes the badge; `summary` a quiet line under the name; `prepare` may look
    up more about it.
    """

    route: str
    path: str
    noun: str
    row: Callable[[Caller, UUID], Any]
    parent: str
    parent_label: str
    panels: tuple[Panel, ...]
    buttons: tuple[RowAction | RowLink, ...] = ()
    title: Callable[[Any], str] = str
    state: Callable[[Any], str] | None = attrgetter("state")
    summary: Callable[[Any], Any] | None = None
    prepare: Callable[[Caller, Any], None] | None = None
    template: str = "portal/detail.html"
    added: list[RowAction | RowLink] = field(default_factory=list)
    added_last: list[RowAction | RowLink] = field(default_factory=list)
    shown_too: list[Panel] = field(default_factory=list)

    def urls(self) -> list[URLPattern]:
        """The page's address, and one for each action on it."""
        address = f"{self.path}<uuid:uuid>/"
        return [path(address, page(self.view), name=self.route), *self._acting_at(self.buttons)]

    def add(self, *buttons: RowAction | RowLink, is_last: bool = False) -> list[URLPattern]:
        """What a higher room can do to the thing, as buttons before the page's own, or behind them; gives their
        addresses.
        """
        (self.added_last if is_last else self.added).extend(buttons)
        return self._acting_at(buttons)

    def show(self, *panels: Panel) -> None:
        """What a higher room knows of the thing, as panels below its own."""
        self.shown_too.extend(panels)

    def _acting_at(self, buttons: Iterable[RowAction | RowLink]) -> list[URLPattern]:
        return [
            path(
                f"{self.path}<uuid:uuid>/{one.action.verb}/",
                page(self._acting(one)),
                name=f"{self.route}-{one.action.verb}",
            )
            for one in buttons
            if isinstance(one, RowAction)
        ]

    def view(self, request: HttpRequest, caller: Caller, uuid: UUID) -> HttpResponse:
        """The page as this caller sees it."""
        row = self.row(caller, uuid)
        if self.prepare:
            self.prepare(caller, row)
        seen = [one.button(caller, row, self.route) for one in (*self.added, *self.buttons, *self.added_last)]
        values = {
            "page_title": self.title(row),
            "crumbs": [Crumb(self.parent_label, reverse(f"portal:{self.parent}"))],
            "declared": self,
            "row": row,
            "badge": self._badge(row),
            "summary": self.summary(row) if self.summary else "",
            "buttons": arranged([one for one in seen if one is not None]),
            "panels": self._panels(caller, row),
        }
        return render(request, self.template, values)

    def _badge(self, row: Any) -> Any:
        """The state's badge, which the page may have made itself."""
        found = self.state(row) if self.state else ""
        return cells.state(found) if found and not isinstance(found, SafeString) else found

    def _panels(self, caller: Caller, row: Any) -> dict[str, list[Shown]]:
        places: dict[str, list[Shown]] = {"top": [], "main": [], "side": []}
        for one in (*self.panels, *self.shown_too):
            shown = one.shown(caller, row)
            if shown is not None:
                places[one.place].append(shown)
        return places

    def address(self, row: Any) -> str:
        """Where the row's page is."""
        return reverse(f"portal:{self.route}", args=[row.uuid])

    def _acting(self, declared: RowAction) -> Callable[..., HttpResponse]:
        def act(request: HttpRequest, caller: Caller, uuid: UUID) -> HttpResponse:
            row = (declared.row or self.row)(caller, uuid)
            declared.action.permit(caller)
            is_agreed = not declared.asks_first or "agreed" in request.POST
            if request.method != "POST" or not is_agreed:
                return self._ask(request, caller, declared, row)
            return self._carry_out(request, caller, declared, row)

        return act

    def _ask(
        self, request: HttpRequest, caller: Caller, declared: RowAction, row: Any, notice: str = ""
    ) -> HttpResponse:
        """The page that says what will happen, worked out by a dry run of the very service."""
        data = request.POST if request.method == "POST" else request.GET
        plan = plans.planned(lambda: declared.perform(caller, row, **chosen(declared.options, data)))
        name = self.title(row)
        values = {
            "page_title": f"{declared.action.label} {name}",
            "crumbs": [
                Crumb(self.parent_label, reverse(f"portal:{self.parent}")),
                Crumb(name, self.address(row)),
            ],
            "declared": declared,
            "noun": self.noun,
            "name": name,
            "plan": plan,
            "options": [Answered.of(one, data) for one in declared.options],
            "notice": notice,
            "back_url": self.address(row),
        }
        return render(request, "portal/confirm.html", values, status=412 if notice else 200)

    def _carry_out(self, request: HttpRequest, caller: Caller, declared: RowAction, row: Any) -> HttpResponse:
        name = self.title(row)
        try:
            result = _perform(caller, declared, row, request.POST)
        except PlanChanged as refusal:
            # Read anew: what was taken back in the database is still in the row at hand.
            fresh = (declared.row or self.row)(caller, row.uuid)
            return self._ask(request, caller, declared, fresh, refusal.detail)
        except PortalError as refusal:
            return refusals.back(request, refusal, self.address(row))
        messages.success(request, declared.sentence(name, result))
        return HttpResponseRedirect(self._address_after(declared, row, result))

    def _address_after(self, declared: RowAction, row: Any, result: Any) -> str:
        if declared.lands:
            return declared.lands(result)
        return reverse(f"portal:{self.parent}") if declared.goes_away else self.address(row)


def _perform(caller: Caller, declared: RowAction, row: Any, data: Mapping[str, str]) -> Any:
    """Calls the service; with a fingerprint, only if it still does what the reader agreed to."""
    ticked = chosen(declared.options, data)
    fingerprint = data.get("agreed", "")
    if fingerprint:
        return plans.agreed(fingerprint, lambda: declared.perform(caller, row, **ticked))
    return declared.perform(caller, row, **ticked)
