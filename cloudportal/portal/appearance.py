"""Dark, light, or as the system says: kept in a cookie, so that it needs no script and no account."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from cloudportal.portal import addresses

COOKIE = "colours"
CHOICES = ("auto", "light", "dark")
_YEAR_SECONDS = 365 * 86400


def chosen(request: HttpRequest) -> str:
    """What this browser was told, else `auto`."""
    value = request.COOKIES.get(COOKIE, "")
    return value if value in CHOICES else CHOICES[0]


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keeps the choice and goes back to where it was made."""
    colours = request.POST.get("colours", "")
    response = HttpResponseRedirect(addresses.safe(request, request.POST.get("next"), otherwise="/"))
    if colours in CHOICES:
        response.set_cookie(
            COOKIE, colours, max_age=_YEAR_SECONDS, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response
