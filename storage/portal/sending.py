"""The page that takes a file for which a ticket was just given."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cloudportal.portal.details import Crumb
from storage.services.uploads import Ticket
from storage.transfers import upload_address


def page_to_send(
    request: HttpRequest, row: Any, ticket: Ticket, *, route: str, parent: Crumb
) -> HttpResponse:
    """The ticket is in this page and nowhere else, so it is shown at once and kept by nobody."""
    context = {
        "page_title": f"Send the image of {row.name}",
        "crumbs": [parent],
        "ticket": ticket.secret,
        "upload": ticket.upload,
        "address": upload_address(ticket.upload.uuid),
        "next": reverse(f"portal:{route}", args=[row.uuid]),
    }
    return render(request, "storage/upload.html", context)
