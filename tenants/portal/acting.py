"""Working inside a project: chosen once, kept in the session, and ended where the membership has ended."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from cloudportal.core.caller import Caller
from cloudportal.core.errors import NotFound, NotPermitted
from cloudportal.portal import pages
from cloudportal.portal.pages import page
from tenants.membership import caller_in_project
from tenants.queries import project_for

SESSION_KEY = "project"


@pages.acting_as
def as_member(request: HttpRequest, caller: Caller) -> Caller:
    """The caller inside the project that they chose to work in, or as themselves."""
    chosen = request.session.get(SESSION_KEY)
    if not chosen:
        return caller
    try:
        return caller_in_project(caller, project_for(caller, chosen))
    except (NotFound, NotPermitted):
        del request.session[SESSION_KEY]
        messages.warning(
            request, "You are no longer in the project that you worked in. This is your own account."
        )
        return caller


def enter(request: HttpRequest, caller: Caller, uuid: UUID) -> HttpResponse:
    """From now on, this session works inside the project."""
    if caller.project_uuid != uuid:
        caller_in_project(caller, project_for(caller, uuid))
    request.session[SESSION_KEY] = str(uuid)
    return HttpResponseRedirect(reverse("portal:home"))


def leave(request: HttpRequest, caller: Caller) -> HttpResponse:
    """From now on, this session works for the caller's own account."""
    request.session.pop(SESSION_KEY, None)
    return HttpResponseRedirect(reverse("portal:home"))


urlpatterns = [
    path("projects/<uuid:uuid>/enter/", require_POST(page(enter)), name="project-enter"),
    path("projects/step-out/", require_POST(page(leave)), name="project-step-out"),
]
