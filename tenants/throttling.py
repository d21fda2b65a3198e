"""Slows down guessing. Failed tries are counted by django-axes, under a name from an address and under the address.

Tries of people (passwords) and of programs (keys, tokens) are counted apart: a program with an expired token must not
lock the people behind the same address out.
"""

import hashlib
import hmac
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse

from cloudportal.core import clock, plans
from cloudportal.core.errors import TooManyRequests

PEOPLE = "people"
PROGRAMS = "programs"


@dataclass(frozen=True)
class Attempt:
    """One try to be let in: by whom (`kind`), under which `name`. Names are kept as digests, because what people
    type there by mistake is sometimes their password. `silent` and `reasons` collect, for operators, which
    directories did not answer and why the try failed.
    """

    kind: str
    name: str
    silent: list[str] = field(default_factory=list, compare=False)
    reasons: list[str] = field(default_factory=list, compare=False)

    @property
    def who(self) -> str:
        """The key under which tries are counted."""
        digest = hmac.new(settings.SECRET_KEY.encode(), self.name.encode(), hashlib.sha256)
        return f"{self.kind}:{digest.hexdigest()}"


def require_counting() -> None:
    """Raises RuntimeError inside a plan: its transaction is taken back, and what was counted with it."""
    if plans.is_planning():
        raise RuntimeError("A try to be let in is counted for good, so it cannot be planned.")


def require_room(request: HttpRequest, attempt: Attempt) -> None:
    """Returns while the name and the address may still try. Raises TooManyRequests with the wait."""
    require_counting()
    if not AxesProxyHandler.is_allowed(request, {"attempt": attempt}):
        raise refusal(request, attempt)


def count_failure(request: HttpRequest, attempt: Attempt) -> None:
    """Counts a failed try. Raises TooManyRequests when it was the last that was left."""
    AxesProxyHandler.user_login_failed("tenants", {"attempt": attempt}, request)
    if getattr(request, "axes_locked_out", False):
        raise refusal(request, attempt)


def forget(request: HttpRequest, attempt: Attempt) -> None:
    """A success wipes out what the name failed from this address; what the address failed otherwise stays."""
    AxesProxyHandler.update_request(request)
    address = request.axes_ip_address  # type: ignore[attr-defined]
    AccessAttempt.objects.filter(username=attempt.who, ip_address=address).delete()


def refusal(request: HttpRequest, attempt: Attempt) -> TooManyRequests:
    """The refusal with the seconds until the next try may be made."""
    by_name, by_address = _failures(request, attempt.who)
    counted = by_name if _sum(by_name) >= settings.AXES_FAILURE_LIMIT else by_address
    latest = counted.aggregate(latest=models.Max("attempt_time"))["latest"] or clock.now()
    cool_off = get_cool_off(request) or timedelta(0)
    wait = max(1, math.ceil((latest + cool_off - clock.now()).total_seconds()))
    return TooManyRequests(_sentence(wait), retry_after_seconds=wait)


def request_from(address: str) -> HttpRequest:
    """A request to count with, for callers who come through a service and not through a page."""
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = address
    return request


def key_of(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> str:
    """What django-axes takes for the user's name (AXES_USERNAME_CALLABLE)."""
    attempt = (credentials or {}).get("attempt")
    if isinstance(attempt, Attempt):
        return attempt.who
    return Attempt(PEOPLE, str((credentials or {}).get("username") or "")).who


def keep_response(
    request: HttpRequest, response: HttpResponse, credentials: Mapping[str, Any] | None
) -> HttpResponse:
    """Our own answer to whoever is locked out stays as it is (AXES_LOCKOUT_CALLABLE)."""
    return response


class FailedTries(AxesDatabaseHandler):
    """django-axes' counters in the database, with a higher limit by address than by name."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Failures by name, or what those by address exceed their own limit by, on the same scale."""
        by_name, by_address = (_sum(one) for one in self.get_user_attempts(request, credentials))
        return max(by_name, by_address - (settings.SIGN_IN_ADDRESS_TRIES - settings.AXES_FAILURE_LIMIT))

    def filter_user_attempts(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> list[models.QuerySet[AccessAttempt]]:
        """The tries under the name from the address, and all of the same kind from the address."""
        return _failures(request, key_of(request, credentials))

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **options: Any
    ) -> None:
        """Counts, without what was sent: names and secrets are not for a table of tries."""
        with transaction.atomic():
            super().user_login_failed(sender, credentials, request, **options)
            rows = AccessAttempt.objects.filter(username=key_of(request, credentials))
            rows.update(get_data="", post_data="")

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
        """Nothing: signing in forgets the failures itself, under the domain that the name was typed with."""

    def user_logged_out(self, sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
        """Nothing: signing out leaves an event of ours."""


def _failures(request: HttpRequest, who: str) -> list[models.QuerySet[AccessAttempt]]:
    AxesProxyHandler.update_request(request)
    since = request.axes_attempt_time - get_cool_off(request)  # type: ignore[attr-defined]
    recent = AccessAttempt.objects.filter(
        ip_address=request.axes_ip_address,  # type: ignore[attr-defined]
        attempt_time__gte=since,
    )
    kind = who.partition(":")[0]
    return [recent.filter(username=who), recent.filter(username__startswith=f"{kind}:")]


def _sum(attempts: models.QuerySet[AccessAttempt]) -> int:
    return attempts.aggregate(total=models.Sum("failures_since_start"))["total"] or 0


def _sentence(wait_seconds: int) -> str:
    minutes = math.ceil(wait_seconds / 60)
    words = "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"There were too many failed tries. Wait {words}, then try again."
