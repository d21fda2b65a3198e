"""What can be done to chosen rows of a list: one service call for each, after a look at what it would do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin import helpers
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from cloudportal.administration.callers import caller_of
from cloudportal.core import plans
from cloudportal.core.actions import Action
from cloudportal.core.caller import Caller
from cloudportal.core.errors import PortalError

if TYPE_CHECKING:
    from cloudportal.administration.scoped import ScopedAdmin

CONFIRMED = "confirmed"
MOST_ROWS = 100


@dataclass(frozen=True)
class Verb:
    """An action on chosen rows: `service(caller, row)`. `words` tell two verbs with one permission apart."""

    action: Action
    service: Callable[[Caller, Any], object]
    words: str = ""

    @property
    def label(self) -> str:
        """As people read it."""
        return self.words or self.action.label

    @property
    def name(self) -> str:
        """As the list's menu sends it."""
        return (self.words.lower() or self.action.verb).replace("-", "_").replace(" ", "_")


@dataclass(frozen=True)
class Prospect:
    """What would become of one row."""

    name: str
    effects: list[str]
    refusal: str


def runner_of(verb: Verb) -> Callable[..., Any]:
    """The verb as Django's admin wants its actions: asked back where it needs confirmation, then carried out."""

    def run(admin: "ScopedAdmin", request: HttpRequest, rows: QuerySet[Any]) -> TemplateResponse | None:
        chosen = list(rows[: MOST_ROWS + 1])
        if len(chosen) > MOST_ROWS:
            admin.message_user(request, f"Choose at most {MOST_ROWS} rows at once.", messages.ERROR)
            return None
        if verb.action.confirmation and CONFIRMED not in request.POST:
            return _ask(admin, request, verb, chosen)
        _carry_out(admin, request, verb, chosen)
        return None

    return run


def _carry_out(admin: "ScopedAdmin", request: HttpRequest, verb: Verb, rows: list[Any]) -> None:
    caller, done = caller_of(request), []
    for row in rows:
        try:
            verb.service(caller, row)
            done.append(str(row))
        except PortalError as refusal:
            admin.message_user(request, f"{row}: {refusal.detail}", messages.ERROR)
    if done:
        admin.message_user(request, f"{verb.label}: {', '.join(done)}.", messages.SUCCESS)


def _ask(admin: "ScopedAdmin", request: HttpRequest, verb: Verb, rows: list[Any]) -> TemplateResponse:
    caller = caller_of(request)
    context = {
        **admin.admin_site.each_context(request),
        "title": verb.label,
        "opts": admin.opts,
        "action": verb.action,
        "action_name": verb.name,
        "prospects": [_prospect(verb, caller, row) for row in rows],
        "keys": [row.pk for row in rows],
        "checkbox": helpers.ACTION_CHECKBOX_NAME,
        "confirmed": CONFIRMED,
    }
    return TemplateResponse(request, "administration/confirm.html", context)


def _prospect(verb: Verb, caller: Caller, row: Any) -> Prospect:
    name = str(row)
    plan = plans.planned(lambda: verb.service(caller, row))
    effects = [effect["sentence"] for effect in plan.effects]
    return Prospect(name, effects, plan.refusal.detail if plan.refusal else "")
