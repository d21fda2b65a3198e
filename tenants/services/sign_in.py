"""Signing in with a password, and out again: the same for every door."""

import time
from dataclasses import replace

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from cloudportal.core import clock
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, NotSignedIn, PortalError
from cloudportal.events import records
from cloudportal.events.records import About
from tenants import throttling
from tenants.addresses import source_address
from tenants.authentication import caller_of, system_caller
from tenants.models import Domain, User
from tenants.names import check_username
from tenants.queries.sign_in import domain_named
from tenants.throttling import PEOPLE, Attempt

# Longer ones are refused unread: hashing them would cost us more than sending them costs anybody.
PASSWORD_LENGTH = 1024


class SignInRefused(NotSignedIn):
    """Domain, name and password do not let anybody in; which of them is wrong, or what else, is not told."""

    code = "sign-in-refused"
    sentence = (
        "That did not work. Check the domain, the user name and the password. If they are right, your access may "
        "have been switched off or not be set up yet: ask your administrator."
    )


class DirectoryUnavailable(PortalError):
    """The directory that would know the password cannot be asked."""

    code = "directory-unavailable"
    status = 503
    sentence = (
        "The directory of this domain does not answer, so your password could not be checked. Try again in a few "
        "minutes. Users whose password the portal keeps can sign in as always; if you are one, check what you typed."
    )


@sensitive_variables("password")
def sign_in(request: HttpRequest, domain: str, username: str, password: str, *, door: str = "portal") -> User:
    """The user, signed in on this request with a fresh session.

    `domain` is a path of names such as `acme/research`, or a uuid; nothing means ROOT. Raises SignInRefused for
    whatever reason, TooManyRequests with the wait, or DirectoryUnavailable; never in a time that tells more.
    """
    throttling.require_counting()
    began = time.monotonic()
    place = domain_named(domain)
    name = _name(username)
    attempt = Attempt(PEOPLE, f"{place.path if place else domain.strip().lower()}\n{name or username}")
    user = _authenticated(request, place, name, password, attempt)
    if user is None:
        raise _refusal(request, place, name, attempt, door, began)
    throttling.forget(request, attempt)
    # Whatever session came with the request, the one that goes out has a key that nobody knew before.
    request.session.flush()
    login(request, user)
    caller = caller_of(user, door=door, address=source_address(request))
    records.record(caller, "USER.LOGIN", _about(user), sentence=f"{user.username} signed in.")
    return user


def sign_out(request: HttpRequest, *, door: str = "portal") -> None:
    """Ends the session of this request for good; its cookie is worth nothing afterwards. May be repeated."""
    user = request.user
    if isinstance(user, User):
        caller = caller_of(user, door=door, address=source_address(request))
        records.record(caller, "USER.LOGOUT", _about(user), sentence=f"{user.username} signed out.")
    logout(request)


def forget_expired() -> int:
    """Removes sessions whose time is over; they let nobody in any more. Returns how many."""
    removed, _ = Session.objects.filter(expire_date__lt=clock.now()).delete()
    return removed


@sensitive_variables("password")
def _authenticated(
    request: HttpRequest, place: Domain | None, name: str, password: str, attempt: Attempt
) -> User | None:
    too_long = len(password) > PASSWORD_LENGTH
    found = authenticate(
        request,
        username=name,
        # Blank to every backend, but still a try that is counted.
        password="" if too_long or not name else password,
        domain=place,
        attempt=attempt,
    )
    return found if isinstance(found, User) else None


def _name(username: str) -> str:
    try:
        return check_username(username)
    except InvalidInput:
        return ""


def _refusal(
    request: HttpRequest, place: Domain | None, name: str, attempt: Attempt, door: str, began: float
) -> PortalError:
    is_locked_out = getattr(request, "axes_locked_out", False)
    if is_locked_out and getattr(request, "axes_failures_since_start", None) is None:
        # Locked out before: nothing was looked at, so there is nothing to write down or to hide.
        return throttling.refusal(request, attempt)
    _record_failure(request, place, name, attempt, door)
    _hold_back(began)
    if is_locked_out:
        return throttling.refusal(request, attempt)
    return DirectoryUnavailable() if attempt.silent else SignInRefused()


def _record_failure(
    request: HttpRequest, place: Domain | None, name: str, attempt: Attempt, door: str
) -> None:
    user = User.objects.filter(domain_id=place.pk if place else 0, username=name)
    found = user.select_related("account__domain").first()
    if found is None:
        # The name is not written down: what people type by mistake is sometimes their password.
        sentence = "Somebody tried to sign in under a name that is not known here, and failed."
        about = About("user", domain_path=place.path if place else "")
    else:
        sentence = f"Somebody tried to sign in as {found.username}, and failed."
        about = _about(found)
    why = {"why": "; ".join([*attempt.reasons, *(f"{one} does not answer" for one in attempt.silent)])}
    caller = _nobody(request, door)
    records.record(caller, "USER.LOGIN", about, after=why, sentence=sentence, level="warning")


def _nobody(request: HttpRequest, door: str) -> Caller:
    return replace(system_caller(), user_name="", door=door, source_address=source_address(request))


def _about(user: User) -> About:
    owner = user.account.owner
    return About("user", user.uuid, user.username, owner.account_uuid, owner.domain_path)


def _hold_back(began: float) -> None:
    """Waits until the next multiple of the refusal time, counted from the beginning."""
    step = settings.SIGN_IN_REFUSAL_SECONDS
    if step:
        time.sleep(step - (time.monotonic() - began) % step)
