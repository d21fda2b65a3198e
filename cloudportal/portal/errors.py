"""The pages of last resort: no such address, not allowed, a mistake of ours."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template

from cloudportal.portal import refusals


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    sentence = "There is no page at this address. It may have been removed, or the link is incomplete."
    return refusals.told(request, "Not found", sentence, status=404)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return refusals.told(request, "Not allowed", "You may not open this page.", status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    sentence = "The request could not be understood. Go back, reload the page and try again."
    return refusals.told(request, "That did not work", sentence, status=400)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without the token that we gave with it."""
    sentence = (
        "It was opened before you signed in or out, or cookies are blocked. "
        "Go back, reload the page and send it again."
    )
    return refusals.told(request, "This form has expired", sentence, status=403)


def our_mistake(request: HttpRequest) -> HttpResponse:
    """500, without the request: whatever broke may break again in a menu or a theme."""
    return HttpResponse(get_template("portal/our_mistake.html").render({}), status=500)
