"""Consoles, serial logs and screenshots of instances, at the REST door."""

import base64
from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cloudportal.api.filters import WHOLE, Filter
from cloudportal.api.resources import Verb
from cloudportal.api.shapes import Shape
from cloudportal.api.singles import single
from cloudportal.core.caller import Caller
from compute import actions, queries
from compute.console import looking
from compute.console.gate import PROTOCOL, TICKET_PREFIX
from compute.console.looking import DEFAULT_KIB, MOST_KIB, Picture, SerialText
from compute.services import instances
from compute.services.instances.consoles import Opening


class OpeningShape(Shape):
    """A ticket to an instance's screen. Connect a websocket to `url` with these `protocols`, once, from the address
    that asked for the ticket, before it expires; RFB 3.8 without a password is spoken there.
    """

    told_once = ("token", "protocols")

    uuid = serializers.UUIDField()
    url = serializers.SerializerMethodField()
    token = serializers.CharField(help_text="Told once. It lets its bearer in, so keep it out of addresses.")
    protocols = serializers.SerializerMethodField(
        help_text="The websocket's subprotocols, the ticket among them."
    )
    expires_at = serializers.DateTimeField()

    @extend_schema_field(OpenApiTypes.STR)
    def get_url(self, opening: Opening) -> str:
        """Where the websocket is: `ws://` or `wss://` on the portal's own address."""
        # "http://…" becomes "ws://…", and "https://…" becomes "wss://…".
        return settings.PORTAL_URL.replace("http", "ws", 1).rstrip("/") + opening.path

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_protocols(self, opening: Opening) -> list[str]:
        """What goes into Sec-WebSocket-Protocol."""
        return [PROTOCOL, f"{TICKET_PREFIX}{opening.token}"]


class SerialLogShape(Shape):
    """The end of what the guest wrote to its first serial line since it was started: the guest's words, as text."""

    text = serializers.CharField()
    is_whole = serializers.BooleanField(help_text="False where something before it was left out.")
    read_at = serializers.DateTimeField()


class ScreenshotShape(Shape):
    """A picture of the guest's screen."""

    content_type = serializers.CharField()
    content = serializers.SerializerMethodField(help_text="The picture, in base64.")
    taken_at = serializers.DateTimeField()

    @extend_schema_field(OpenApiTypes.BYTE)
    def get_content(self, picture: Picture) -> str:
        """The PNG."""
        return base64.b64encode(picture.content).decode()


def _serial_log(caller: Caller, uuid: UUID, parameters: dict[str, Any]) -> SerialText:
    kib = min(MOST_KIB, max(1, int(parameters.get("kib", DEFAULT_KIB))))
    return looking.serial_log(caller, queries.instance_for(caller, uuid), kib=kib)


def _screenshot(caller: Caller, uuid: UUID) -> Picture:
    return looking.screenshot(caller, queries.instance_for(caller, uuid))


CONSOLE = Verb(
    "console",
    instances.open_console,
    actions.CONSOLE,
    gives=OpeningShape,
    summary="Get a ticket to its screen",
)

LOOKS = (
    single(
        "instances/{uuid}/serial-log/",
        SerialLogShape,
        _serial_log,
        summary="Read the end of its serial log",
        action=actions.SERIAL_LOG,
        takes=(Filter("kib", kind=WHOLE, help=f"How much of it, up to {MOST_KIB} KiB."),),
    ),
    single(
        "instances/{uuid}/screenshot/",
        ScreenshotShape,
        _screenshot,
        summary="Take a picture of its screen",
        action=actions.SCREENSHOT,
    ),
)
