"""The ways to find usage."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from cloudportal.core import clock
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from cloudportal.core.scoping import ScopedQuerySet
from usage import actions, ledger
from usage.models import UsageInterval
from usage.projection import Interval

# A leap year: all that is in a window is added up while somebody waits.
MOST_DAYS = 366


@dataclass(frozen=True)
class UsageLine:
    """How long one subject counted, on the same terms, within the window that was asked for.

    `started_at` is when it first did so there or before; `ended_at` is null while it still does.
    """

    meter: str
    subject_uuid: UUID
    subject_name: str
    account_uuid: UUID
    account_name: str
    domain_path: str
    zone_uuid: UUID | None
    quantities: dict[str, Any]
    started_at: datetime
    ended_at: datetime | None
    seconds: int


def intervals_for(caller: Caller) -> ScopedQuerySet[UsageInterval]:
    """The caller's intervals as far as the ledger is folded (seconds behind at most), newest first."""
    actions.READ.permit(caller)
    return UsageInterval.objects.for_caller(caller)


def interval_for(caller: Caller, uuid: UUID | str) -> UsageInterval:
    """One of them. Raises NotFound."""
    return intervals_for(caller).one(uuid)


def usage_for(
    caller: Caller,
    since: datetime,
    until: datetime,
    *,
    meter: str | None = None,
    subject_uuid: UUID | None = None,
    account_uuid: UUID | None = None,
) -> list[UsageLine]:
    """What the caller's things used in the window, to the second and up to this moment, newest subject first.

    Raises InvalidInput for a window that ends before it begins, or is longer than MOST_DAYS.
    """
    actions.READ.permit(caller)
    if until < since:
        raise InvalidInput.of("until", "The end of the window must not lie before its beginning.")
    if until - since > timedelta(days=MOST_DAYS):
        raise InvalidInput.of(
            "until", f"A window is {MOST_DAYS} days long at most. Ask for a longer time in parts."
        )
    condition = UsageInterval.scope.condition(caller)
    if meter is not None:
        condition &= Q(meter=meter)
    if subject_uuid is not None:
        condition &= Q(subject_uuid=subject_uuid)
    if account_uuid is not None:
        condition &= Q(account_uuid=account_uuid)
    until = min(until, clock.now())
    lines: dict[tuple[object, ...], UsageLine] = {}
    for interval in ledger.intervals_between(condition, since, until):
        terms = _terms(interval)
        line = _line(interval, interval.seconds(since, until))
        lines[terms] = _together(lines[terms], line) if terms in lines else line
    return sorted(lines.values(), key=lambda line: line.started_at, reverse=True)


def _terms(interval: Interval) -> tuple[object, ...]:
    quantities = json.dumps(interval.quantities, sort_keys=True)
    return (*interval.key, interval.account_uuid, interval.zone_uuid, quantities)


def _line(interval: Interval, seconds: int) -> UsageLine:
    names = UsageLine.__dataclass_fields__.keys() - {"seconds"}
    return UsageLine(**{name: getattr(interval, name) for name in names}, seconds=seconds)


def _together(earlier: UsageLine, later: UsageLine) -> UsageLine:
    return replace(
        earlier,
        subject_name=later.subject_name,
        ended_at=later.ended_at,
        seconds=earlier.seconds + later.seconds,
    )
