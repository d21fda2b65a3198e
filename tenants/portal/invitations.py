"""Invitations: one that was sent, and the page that the mail leads to."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse

from cloudportal.core.caller import Caller
from cloudportal.core.errors import PortalError
from cloudportal.portal import cells, refusals, subjects
from cloudportal.portal.buttons import RowAction
from cloudportal.portal.details import DetailPage
from cloudportal.portal.pages import page
from cloudportal.portal.panels import Fact, Facts
from tenants import actions, queries
from tenants.models import Invitation
from tenants.services import invitations

INVITATION = DetailPage(
    route="invitation",
    path="project-invitations/",
    noun="invitation",
    row=queries.invitation_for,
    parent="projects",
    parent_label="Projects",
    panels=(
        Facts(
            "Invitation",
            (
                Fact("To", "email"),
                Fact("Project", lambda one: cells.link(one.project.name, "project", one.project.uuid)),
                Fact("As", "role.name"),
                Fact("By", "invited_by"),
                Fact("Sent", lambda one: cells.exact_moment(one.sent_at)),
                Fact("May be accepted until", lambda one: cells.exact_moment(one.expires_at)),
                Fact("Answered", lambda one: cells.exact_moment(one.answered_at), is_shown_empty=False),
            ),
        ),
    ),
    buttons=(
        RowAction(
            actions.REVOKE_INVITATION,
            invitations.revoke,
            icon="close",
            done="The invitation to {name} is taken back.",
        ),
    ),
)


def answer(request: HttpRequest, caller: Caller, token: str) -> HttpResponse:
    """The invitation behind the mail's link, and the answer to it."""
    if request.method != "POST":
        invitation = invitations.invitation_behind(caller, token)
        values = {"page_title": f"Join {invitation.project.name}?", "invitation": invitation}
        return render(request, "tenants/invitation.html", values)
    try:
        return _answered(request, caller, token)
    except PortalError as refusal:
        return refusals.page(request, refusal)


def _answered(request: HttpRequest, caller: Caller, token: str) -> HttpResponse:
    if "decline" in request.POST:
        declined: Invitation = invitations.decline(caller, token)
        messages.success(request, f"You declined to join {declined.project.name}.")
        return HttpResponseRedirect(reverse("portal:projects"))
    member = invitations.accept(caller, token)
    messages.success(request, f"You are in the project {member.project.name} now.")
    return HttpResponseRedirect(reverse("portal:project", args=[member.project.uuid]))


subjects.shown_at("invitation", "invitation")

urlpatterns = [*INVITATION.urls(), path("invitations/<str:token>/", page(answer), name="invitation-answer")]
