"""The start page: every app adds its panels; each caller sees what is theirs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cloudportal.core.actions import Action
from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.portal.buttons import PageLink
from cloudportal.portal.pages import page
from cloudportal.portal.standing import stands_at


@dataclass(frozen=True)
class HomePanel:
    """A part of the start page. `values` returns what its template needs, or None to leave it out."""

    name: str
    title: str
    template: str
    values: Callable[[Caller], dict[str, Any] | None]
    order: int
    action: Action | None = None
    place: Literal["top", "main", "side"] = "main"
    least: RoleKind = RoleKind.USER

    def is_for(self, caller: Caller) -> bool:
        """True where the caller may see it and has a use for it."""
        may = self.action is None or caller.may(self.action.name)
        return may and stands_at(caller, self.least)


@dataclass(frozen=True)
class Filled:
    """A panel with one caller's values."""

    name: str
    title: str
    template: str
    place: str
    context: dict[str, Any]


_panels: dict[str, HomePanel] = {}
_buttons: list[PageLink] = []


def panel(name: str, title: str, template: str, values: Any, *, order: int, **options: Any) -> HomePanel:
    """Adds a panel to the start page, once per name."""
    declared = HomePanel(name, title, template, values, order, **options)
    _panels[name] = declared
    return declared


def button(declared: PageLink) -> PageLink:
    """Makes this the start page's button for those who may; the first one registered that fits is shown."""
    if declared not in _buttons:
        _buttons.append(declared)
    return declared


@page
def view(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What the caller has, what is being done, and what has happened."""
    places: dict[str, list[Filled]] = {"top": [], "main": [], "side": []}
    for one in sorted(_panels.values(), key=lambda declared: declared.order):
        values = one.values(caller) if one.is_for(caller) else None
        if values is not None:
            places[one.place].append(Filled(one.name, one.title, one.template, one.place, values))
    create = next((found for one in _buttons if (found := one.for_caller(caller))), None)
    values = {"page_title": "Overview", "panels": places, "create": create}
    return render(request, "portal/home.html", values)
