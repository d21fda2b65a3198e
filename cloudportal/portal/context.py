"""What every template knows."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from cloudportal.portal import appearance, menu, themes


def portal(request: HttpRequest) -> dict[str, Any]:
    """The caller, their menu, the theme and the colours they chose. Nothing is asked for before it is shown."""
    caller = getattr(request, "caller", None)
    return {
        "caller": caller,
        "menu": SimpleLazyObject(lambda: menu.menu_for(caller, request.path) if caller else []),
        "theme": themes.current(),
        "theme_has_tokens": themes.has_tokens(themes.current()),
        "colours": appearance.chosen(request),
    }
