"""Who is let in at the console's websocket: the right origin, and a ticket that is for this very connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest

from cloudportal.core.errors import PortalError
from cloudportal.drivers.errors import DriverError
from compute.console.looking import ANSWER_SECONDS
from compute.drivers.console import OffersConsole
from compute.models import ConsoleTicket
from compute.services.instances import consoles
from compute.services.instances.consoles import Showing, TicketRefused
from compute.topology.connections import compute_driver
from tenants.addresses import source_address

# The token travels in this header and not in the address, which servers and proxies write into their logs.
TICKET_PREFIX = "ticket."
PROTOCOL = "binary"


@dataclass(frozen=True)
class Admitted:
    """A connection whose ticket was good: it is used up now."""

    ticket: ConsoleTicket
    session_key: str


def admit(scope: Mapping[str, Any], instance_uuid: UUID) -> Admitted:
    """The connection with its ticket, used up. Raises TicketRefused for every reason alike."""
    # The parts of a request that say who asks are read as everywhere else.
    request = ASGIRequest({**scope, "type": "http", "method": "GET"}, BytesIO())
    origin = request.headers.get("Origin")
    session_key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if not _is_ours(request, origin):
        raise TicketRefused()
    ticket = consoles.redeem(
        _token(scope),
        Showing(instance_uuid, source_address(request), session_key, is_by_program=origin is None),
    )
    consoles.standing(ticket, session_key)
    return Admitted(ticket, session_key)


def connect(admitted: Admitted) -> Any:
    """A socket to the guest's screen, on which ClientInit comes next. Raises a PortalError or a DriverError."""
    instance = consoles.standing(admitted.ticket, admitted.session_key)
    consoles.demand(instance, "OffersConsole", "console")
    assert instance.host is not None  # noqa: S101  (as demanded)
    with compute_driver(instance.host, timeout_seconds=ANSWER_SECONDS) as driver:
        assert isinstance(driver, OffersConsole)  # noqa: S101  (as demanded)
        return driver.open_console(instance.uuid)


def why_not(admitted: Admitted) -> str:
    """The sentence that says why the console must end now, or nothing while it may go on."""
    try:
        consoles.standing(admitted.ticket, admitted.session_key)
    except PortalError as refusal:
        return refusal.detail
    return ""


def sentence_of(fault: Exception) -> str:
    """What to tell the viewer about a connection that could not be made."""
    if isinstance(fault, DriverError):
        return fault.sentence
    return fault.detail if isinstance(fault, PortalError) else "Something went wrong on our side."


def _is_ours(request: ASGIRequest, origin: str | None) -> bool:
    """True for pages of this very portal, and for programs, which name no origin. Raises TicketRefused for a host name
    that is not ours.
    """
    try:
        host = request.get_host()
    except DisallowedHost:
        raise TicketRefused() from None
    if origin is None:
        return True
    schemes = ("https",) if settings.SESSION_COOKIE_SECURE else ("http", "https")
    return origin in {f"{scheme}://{host}" for scheme in schemes}


def _token(scope: Mapping[str, Any]) -> str:
    offered: list[str] = list(scope.get("subprotocols", ()))
    tokens = [one.removeprefix(TICKET_PREFIX) for one in offered if one.startswith(TICKET_PREFIX)]
    if PROTOCOL not in offered or len(tokens) != 1:
        raise TicketRefused()
    return tokens[0]
