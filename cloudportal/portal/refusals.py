"""How a refusal is told: one place for every page that ends in a PortalError."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from cloudportal.core.errors import NotFound, NotPermitted, PortalError

_TITLES = {
    403: "Not allowed",
    404: "Not found",
    409: "Not now",
    412: "Changed meanwhile",
    429: "Too fast",
}


def page(request: HttpRequest, refusal: PortalError) -> HttpResponse:
    """The refusal as a page of its own, with its status."""
    title = _TITLES.get(refusal.status, "That did not work")
    return told(request, title, refusal.detail, status=refusal.status)


def told(request: HttpRequest, title: str, sentence: str, *, status: int) -> HttpResponse:
    """A page with one sentence, inside the portal's frame for those who are signed in."""
    frame = "portal/base.html" if getattr(request, "caller", None) else "portal/alone.html"
    values = {"refusal_frame": frame, "page_title": title, "sentence": sentence}
    return render(request, "portal/refusal.html", values, status=status)


def back(request: HttpRequest, refusal: PortalError, url: str) -> HttpResponse:
    """Back to the page where the action was asked for, with the sentence on top of it.

    What is not there, or not theirs, has no page to go back to and gets its own.
    """
    if isinstance(refusal, NotFound | NotPermitted):
        return page(request, refusal)
    messages.error(request, refusal.detail)
    return HttpResponseRedirect(url)
