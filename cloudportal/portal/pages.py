"""What turns a function of a caller into a page: signed in, in the reader's time zone, refusals told well."""

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from cloudportal.core.caller import Caller
from cloudportal.core.errors import PortalError
from cloudportal.portal import addresses, formats, refusals

View = Callable[..., HttpResponse]
StepIn = Callable[[HttpRequest, Caller], Caller]

_roles: list[StepIn] = []


def acting_as(step_in: StepIn) -> StepIn:
    """Registers what may put another role on the caller of a page, such as that of a member of a project."""
    if step_in not in _roles:
        _roles.append(step_in)
    return step_in


def page(view: View) -> View:
    """A view `(request, caller, **address parts)`: strangers are sent to sign in, refusals become a page.

    What it answers is kept by no cache: it is one caller's view of the cloud.
    """

    @wraps(view)
    def opened(request: HttpRequest, *arguments: Any, **parts: Any) -> HttpResponse:
        if not request.user.is_authenticated or not request.caller:  # type: ignore[attr-defined]
            return to_sign_in(request)
        # A copy of the lazy caller is the caller itself, whom services may make another one from.
        caller = copy(request.caller)  # type: ignore[attr-defined]
        for step_in in _roles:
            caller = step_in(request, caller)
        request.caller = caller  # type: ignore[attr-defined]
        with timezone.override(formats.zone(getattr(request.user, "timezone", ""))):
            try:
                response = view(request, caller, *arguments, **parts)
            except PortalError as refusal:
                response = refusals.page(request, refusal)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return opened


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and back here afterwards. Writes no session for a stranger."""
    target = _sign_in_address(_worth_coming_back_to(request))
    if not is_by_htmx(request):
        return HttpResponseRedirect(target)
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = target
    return response


def _sign_in_address(wanted: str) -> str:
    address = reverse("portal:sign-in")
    return f"{address}?{urlencode({'next': wanted})}" if wanted not in ("", "/") else address


def _worth_coming_back_to(request: HttpRequest) -> str:
    if is_by_htmx(request):
        # A live part of a page comes back to the page, never to the part.
        return addresses.path_of(request.headers.get("HX-Current-URL", "/"))
    return request.get_full_path() if request.method == "GET" else ""


def is_by_htmx(request: HttpRequest) -> bool:
    """True where a script on one of our pages asks for a part of it."""
    return request.headers.get("HX-Request") == "true"
