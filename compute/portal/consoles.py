"""An instance's console, and what it says on its serial line and shows on its screen."""

import hashlib
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from cloudportal.core.caller import Caller
from cloudportal.core.errors import PortalError
from cloudportal.portal.details import Crumb
from cloudportal.portal.pages import is_by_htmx, page
from compute import actions, queries
from compute.console import looking
from compute.console.gate import PROTOCOL, TICKET_PREFIX
from compute.models import Instance
from compute.services import instances
from compute.services.instances.consoles import NoConsole

# How much of the serial log a page shows: some thousand lines.
SHOWN_KIB = 256


def console(request: HttpRequest, caller: Caller, uuid: UUID) -> HttpResponse:
    """The page with the screen, which its script connects. A reason stands there where it cannot be."""
    instance = queries.instance_for(caller, uuid)
    actions.CONSOLE.permit(caller)
    refusal = actions.CONSOLE.refusal(instance)
    values = {"reason": refusal.detail if refusal else "", **_frame("Console", instance)}
    return render(request, "compute/console.html", values)


def ticket(request: HttpRequest, caller: Caller, uuid: UUID) -> HttpResponse:
    """A ticket for the page's script: where to connect, and with what. Refusals are sentences in JSON."""
    try:
        opening = instances.open_console(caller, queries.instance_for(caller, uuid))
    except PortalError as refusal:
        return JsonResponse({"detail": refusal.detail}, status=refusal.status)
    protocols = [PROTOCOL, f"{TICKET_PREFIX}{opening.token}"]
    return JsonResponse({"path": opening.path, "protocols": protocols})


def serial_log(request: HttpRequest, caller: Caller, uuid: UUID) -> HttpResponse:
    """The end of the serial log, as text and nothing else; to htmx that part alone, and only where it has changed.
    After a refusal it is read again as well, unless there never will be one to read.
    """
    instance = queries.instance_for(caller, uuid)
    actions.SERIAL_LOG.permit(caller)
    values: dict[str, object] = {"log": None, "is_followed": True, **_frame("Serial log", instance)}
    try:
        log = looking.serial_log(caller, instance, kib=SHOWN_KIB)
        values |= {"log": log, "mark": _mark(log.text)}
    except PortalError as refusal:
        mark, is_followed = _mark(f"refused: {refusal.detail}"), not isinstance(refusal, NoConsole)
        values |= {"reason": refusal.detail, "mark": mark, "is_followed": is_followed}
    if is_by_htmx(request) and request.GET.get("seen") == values["mark"]:
        return HttpResponse(status=204)
    values["has_screen"] = caller.may(actions.SCREENSHOT.name) and not actions.SCREENSHOT.refusal(instance)
    template = "compute/serial_log_text.html" if is_by_htmx(request) else "compute/serial_log.html"
    return render(request, template, values)


def _mark(text: str) -> str:
    """Changes whenever what is shown does."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def screenshot(request: HttpRequest, caller: Caller, uuid: UUID) -> HttpResponse:
    """A picture of the screen as it is now."""
    picture = looking.screenshot(caller, queries.instance_for(caller, uuid))
    return HttpResponse(picture.content, content_type=picture.content_type)


def _frame(what: str, instance: Instance) -> dict[str, object]:
    crumbs = [
        Crumb("Instances", reverse("portal:instances")),
        Crumb(instance.name, reverse("portal:instance", args=[instance.uuid])),
    ]
    return {"page_title": f"{what} of {instance.name}", "crumbs": crumbs, "instance": instance}


ADDRESS = "instances/<uuid:uuid>"
urlpatterns = [
    path(f"{ADDRESS}/console/", require_GET(page(console)), name="instance-console"),
    path(f"{ADDRESS}/console/ticket/", require_POST(page(ticket)), name="instance-console-ticket"),
    path(f"{ADDRESS}/serial-log/", require_GET(page(serial_log)), name="instance-serial-log"),
    path(f"{ADDRESS}/screenshot/", require_GET(page(screenshot)), name="instance-screenshot"),
]
