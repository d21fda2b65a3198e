"""Buttons, made from the declared actions: hidden without permission, disabled with the reason in a wrong state."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse

from cloudportal.core.actions import Action
from cloudportal.core.caller import Caller
from cloudportal.portal.options import Amount, Option


@dataclass(frozen=True)
class RowAction:
    """A button of a detail page that calls one service.

    `perform` is the service `(caller, row)`; `done` is the sentence afterwards, in which `{name}` is the row's, unless
    `told` makes it from what the service returned.
    Dangerous actions, and those with `options` to choose, are asked for on a page of their own first. `is_first` marks
    what people most likely came for, and gets the page's one strong button. `goes_away` says
    that the row's page may be gone afterwards, so the list comes next; `lands` names another address, made from what
    the service returned. `row` is a narrower query than the page's, where more may look than may act.
    """

    action: Action
    perform: Callable[..., Any]
    icon: str
    done: str
    options: tuple[Option | Amount, ...] = ()
    is_first: bool = False
    goes_away: bool = False
    lands: Callable[[Any], str] | None = None
    told: Callable[[Any], str] | None = None
    row: Callable[[Caller, UUID], Any] | None = None
    is_shown: Callable[[Caller, Any], bool] = lambda caller, row: True

    def button(self, caller: Caller, row: Any, route: str) -> "Button | None":
        """The button that this caller sees on the row's page, or None for those who may not."""
        if not caller.may(self.action.name) or not self.is_shown(caller, row):
            return None
        refusal = self.action.refusal(row)
        return Button(
            name=self.action.verb,
            label=self.action.label,
            url=reverse(f"portal:{route}-{self.action.verb}", args=[row.uuid]),
            icon=self.icon,
            reason=refusal.detail if refusal else "",
            is_post=not self.asks_first,
            is_first=self.is_first,
            is_dangerous=self.action.is_dangerous,
        )

    def sentence(self, name: str, result: Any) -> str:
        """What is said once it is done."""
        return self.told(result) if self.told else self.done.format(name=name)

    @property
    def asks_first(self) -> bool:
        """True where the action is confirmed on a page of its own."""
        return self.action.is_dangerous or bool(self.action.confirmation or self.options)


@dataclass(frozen=True)
class RowLink:
    """A button of a detail page that opens a form about the row: its uuid is part of the form's address, or where
    `parameter` is named the first value of that field.
    """

    action: Action
    route: str
    icon: str
    label: str = ""
    parameter: str = ""
    is_shown: Callable[[Caller, Any], bool] = lambda caller, row: True

    def button(self, caller: Caller, row: Any, route: str = "") -> "Button | None":
        """As RowAction's, as a link."""
        if not caller.may(self.action.name) or not self.is_shown(caller, row):
            return None
        refusal = None if self.parameter else self.action.refusal(row)
        return Button(
            name=self.action.verb,
            label=self.label or self.action.label,
            url=self._address(row),
            icon=self.icon,
            reason=refusal.detail if refusal else "",
            is_post=False,
            is_dangerous=self.action.is_dangerous,
        )

    def _address(self, row: Any) -> str:
        if self.parameter:
            return f"{reverse(f'portal:{self.route}')}?{self.parameter}={row.uuid}"
        return reverse(f"portal:{self.route}", args=[row.uuid])


@dataclass(frozen=True)
class PageLink:
    """The one button of a list or an empty place: a link to a form, for those who may."""

    label: str
    route: str
    action: Action | None = None
    icon: str = "plus"

    @property
    def url(self) -> str:
        """Where it leads."""
        return reverse(f"portal:{self.route}")

    def for_caller(self, caller: Caller) -> "PageLink | None":
        """Itself, or None for those who may not."""
        return self if self.action is None or caller.may(self.action.name) else None


@dataclass(frozen=True)
class Button:
    """A button as one caller sees it; `reason` says why it cannot be pressed now, empty where it can."""

    name: str
    label: str
    url: str
    icon: str
    reason: str = ""
    is_post: bool = True
    is_first: bool = False
    is_dangerous: bool = False

    @property
    def is_enabled(self) -> bool:
        """True where it can be pressed."""
        return not self.reason


@dataclass(frozen=True)
class Buttons:
    """A page's buttons: the one that comes first to mind, and the rest in a menu."""

    first: Button | None
    rest: tuple[Button, ...]

    @property
    def possible(self) -> list[Button]:
        """Those of the menu that can be pressed now."""
        return [one for one in self.rest if one.is_enabled]

    @property
    def impossible(self) -> list[Button]:
        """Those that cannot: their reasons fill a screen, so the menu shows them only when it is asked."""
        return [one for one in self.rest if not one.is_enabled]


def arranged(buttons: list[Button]) -> Buttons:
    """The first that can be pressed and harms nothing stands alone; what cannot be pressed now comes last."""
    harmless = [one for one in buttons if one.is_enabled and not one.is_dangerous]
    first = harmless[0] if harmless else None
    rest = [one for one in buttons if one is not first]
    return Buttons(first, tuple(sorted(rest, key=lambda one: not one.is_enabled)))
