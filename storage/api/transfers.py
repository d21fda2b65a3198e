"""Tickets for files on their way in, at the REST door."""

from typing import Any

from rest_framework import serializers

from cloudportal.api.shapes import NamedShape, RowShape, Values, Whole
from storage.models import Download, Upload
from storage.services.downloads import Link
from storage.services.uploads import Ticket
from storage.transfers import download_address, upload_address


class TicketShape(RowShape):
    """Where a file may be sent, and the ticket to send it with: PUT it there with the headers `Upload-Ticket` and, for
    each piece but the first, `Upload-Offset`; HEAD says where the next piece begins.
    """

    told_once = ("ticket",)

    address = serializers.CharField()
    ticket = serializers.CharField(help_text="Shown now and never again.")
    limit_bytes = serializers.IntegerField()
    expected_bytes = serializers.IntegerField(allow_null=True)
    expires_at = serializers.DateTimeField()
    subject = NamedShape()


def told(ticket: Ticket, subject: Any) -> Upload:
    """The upload as its shape reads it, with the secret."""
    upload = ticket.upload
    extras = {"ticket": ticket.secret, "address": upload_address(upload.uuid), "subject": subject}
    for name, value in extras.items():
        setattr(upload, name, value)
    return upload


class LinkShape(RowShape):
    """Where a file may be had by whoever knows the address."""

    told_once = ("address",)

    address = serializers.CharField(help_text="Shown now and never again.")
    file_name = serializers.CharField()
    expires_at = serializers.DateTimeField()


def linked(link: Link) -> Download:
    """The download as its shape reads it, with the address."""
    download = link.download
    setattr(download, "address", download_address(download.uuid, link.secret))  # noqa: B010
    return download


class SizeField(Whole):
    """How many bytes will be sent; the file is taken as soon as so many are there."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 1, "required": False, "allow_null": True, **options})


class UploadAgain(Values):
    """A new ticket for an image that did not come, or was refused."""

    size_bytes = SizeField()
