"""Consoles: a ticket lets one user look at one instance's screen, once, soon, and from where it was asked for."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib import auth
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.http import HttpRequest

from cloudportal.core import clock, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import NotFound, NotPermitted, PortalError, TooManyRequests
from cloudportal.events import records
from compute import actions, queries, states
from compute.models import ConsoleTicket, Instance
from compute.services.instances import terms
from compute.topology import abilities
from tenants.authentication import caller_of, users_with_account
from tenants.membership import caller_in_project
from tenants.queries import project_for
from tenants.services import credentials

# A browser uses it at once; a slow line and a page that loads its scripts first need some seconds.
TICKET_SECONDS = 30
# Unused ones that a user may have at a time: more windows than anybody opens within half a minute.
MOST_UNUSED = 20
KEPT_SECONDS = 24 * 3600
# An open console goes on while its guest goes down; only where the guest runs can one be opened.
WATCHABLE = (states.RUNNING, states.STOPPING, states.REBOOTING, states.DESTROYING)
DOOR = "console"


class NoConsole(PortalError):
    """The host of the instance has no such thing."""

    code = "no-console"
    status = 409
    sentence = (
        "The host of {name} offers no {what}, so there is nothing to show. Other ways to reach it still work."
    )


class TicketRefused(NotFound):
    """The ticket opens nothing: unknown, used, too old, or shown where it is not for. Which of them, is not told."""

    sentence = "This console ticket is not valid here. Open the console again from the instance's page."


@dataclass(frozen=True)
class Opening:
    """A ticket as whoever asked for it learns it: the only time that the token is told."""

    uuid: UUID
    token: str
    path: str
    expires_at: object


@dataclass(frozen=True)
class Showing:
    """Where a ticket is shown: for which instance, by whom, and from where."""

    instance_uuid: UUID
    address: str
    session_key: str
    is_by_program: bool


def socket_path(instance_uuid: UUID) -> str:
    """Where the instance's screen is on the portal's own address; the token never is a part of it."""
    return f"/instances/{instance_uuid}/console/socket"


def demand(instance: Instance, ability: str, what: str) -> None:
    """Returns where the instance's host can do that. Raises NoConsole."""
    if instance.host is None or not abilities.can(instance.host, ability):
        raise NoConsole(name=instance.name, what=what)


@transaction.atomic
def open_console(caller: Caller, instance: Instance) -> Opening:
    """A ticket with which this caller can look at the screen. Raises WrongState, NoConsole, NotPermitted for one who is
    nobody's user, TooManyRequests.
    """
    actions.CONSOLE.check(caller, instance)
    user_id = caller.user_id
    if user_id is None:
        raise NotPermitted(action=actions.CONSOLE.label.lower())
    demand(instance, "OffersConsole", "console")
    _demand_few(user_id)
    token = secrets.token_urlsafe(32)
    ticket = ConsoleTicket.objects.create(
        instance=instance,
        user_id=user_id,
        project_uuid=caller.project_uuid,
        digest=digest_of(token),
        session_digest=caller.values.get("session", ""),
        credential=caller.values.get("credential", ""),
        source_address=caller.source_address,
        expires_at=clock.now() + timedelta(seconds=TICKET_SECONDS),
    )
    sentence = f"{caller.user_name} opens the console of {instance.name}."
    records.record(caller, "VM.CONSOLE", terms.about(instance), sentence=sentence)
    plans.note("console", f"Opens the console of the instance {instance.name}.", noun="instance")
    return Opening(ticket.uuid, token, socket_path(instance.uuid), ticket.expires_at)


def redeem(token: str, showing: Showing) -> ConsoleTicket:
    """The ticket, used up now. Raises TicketRefused.

    One that is shown in a wrong place is used up too: somebody has it whom it is not for.
    """
    unused = ConsoleTicket.objects.filter(digest=digest_of(token), used_at=None)
    if not unused.filter(expires_at__gt=clock.now()).update(used_at=clock.now()):
        raise TicketRefused()
    rows = ConsoleTicket.objects.select_related("instance", "user")
    ticket = rows.get(digest=digest_of(token))
    if not _is_for(ticket, showing):
        raise TicketRefused()
    return ticket


def standing(ticket: ConsoleTicket, session_key: str) -> Instance:
    """The ticket's instance, while its user may still look at it. Raises a PortalError that says why not.

    Everything is asked anew: the session or what a program signed in with, the user, the role, the project, the
    instance and its owner.
    """
    user = users_with_account().filter(pk=ticket.user_id).first()
    if user is None or not user.is_active or not _has_session(ticket, session_key):
        raise NotPermitted("Your session has ended, and with it the console.")
    if ticket.credential and not credentials.is_standing(ticket.credential):
        raise NotPermitted("The key or token that this console was opened with is revoked or has expired.")
    caller = caller_of(user, door=DOOR, address=ticket.source_address)
    if ticket.project_uuid is not None:
        caller = caller_in_project(caller, project_for(caller, ticket.project_uuid))
    instance = queries.instance_for(caller, ticket.instance.uuid)
    actions.CONSOLE.permit(caller)
    if instance.state not in WATCHABLE:
        raise NotFound(f"The instance is {instance.state}, so its console has ended.")
    return instance


def forget_old() -> int:
    """Regular work: removes tickets of more than a day ago; returns how many."""
    removed, _ = ConsoleTicket.objects.filter(
        expires_at__lt=clock.now() - timedelta(seconds=KEPT_SECONDS)
    ).delete()
    return removed


def digest_of(token: str) -> str:
    """What is kept of a token or a session's key. Both have random bits enough, so a fast hash cannot be searched."""
    return hashlib.sha256(token.encode()).hexdigest()


def _demand_few(user_id: int) -> None:
    unused = ConsoleTicket.objects.filter(user_id=user_id, used_at=None, expires_at__gt=clock.now())
    if unused.count() >= MOST_UNUSED:
        raise TooManyRequests(retry_after_seconds=TICKET_SECONDS)


def _is_for(ticket: ConsoleTicket, showing: Showing) -> bool:
    session_digest = digest_of(showing.session_key) if showing.session_key else ""
    # A program has no session, so nobody else's browser can be made to send its ticket along with theirs.
    is_same_session = hmac.compare_digest(ticket.session_digest, session_digest)
    if showing.is_by_program:
        is_same_session = not ticket.session_digest
    is_same_place = (ticket.instance.uuid, ticket.source_address) == (showing.instance_uuid, showing.address)
    return is_same_place and is_same_session


def _has_session(ticket: ConsoleTicket, session_key: str) -> bool:
    """True for tickets of programs, and while the browser's session still is its user's own."""
    if not ticket.session_digest:
        return True
    request = HttpRequest()
    request.session = SessionStore(session_key)
    return auth.get_user(request).pk == ticket.user_id
