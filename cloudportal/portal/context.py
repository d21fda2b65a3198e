"""What every template knows."""

from typing import Any

from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """The caller, as templates need them."""
    return {"caller": getattr(request, "caller", None)}
