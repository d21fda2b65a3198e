"""Plan before apply: the same service call, carried out up to its commit, described, and taken back."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import transaction

from cloudportal.core.errors import PlanChanged, PortalError


@dataclass
class Plan:
    """What a change would do: sentences for people, values for programs, or the refusal it would meet."""

    effects: list[dict[str, Any]] = field(default_factory=list)
    refusal: PortalError | None = None

    @property
    def fingerprint(self) -> str:
        """Equal for equal plans; a caller that sends it back gets exactly this or PlanChanged."""
        text = json.dumps(self.effects, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


T = TypeVar("T")

_current: ContextVar[Plan | None] = ContextVar("plan", default=None)


def note(kind: str, sentence: str, **values: Any) -> None:
    """Services say what they are about to do; it is written down only while somebody plans or compares."""
    plan = _current.get()
    if plan is not None:
        plan.effects.append({"kind": kind, "sentence": sentence, **values})


def is_planning() -> bool:
    """True inside `planned` and `agreed`."""
    return _current.get() is not None


@contextmanager
def _noting() -> Iterator[Plan]:
    plan = Plan()
    token = _current.set(plan)
    try:
        yield plan
    finally:
        _current.reset(token)


class _TakeBack(Exception):
    """Leaves the transaction of a plan."""


def planned(change: Callable[[], object]) -> Plan:
    """Runs the change inside a transaction that is always taken back, and returns what it noted.

    A refusal is part of the plan. Nothing is sent: jobs ring their bell on commit only.
    """
    with _noting() as plan:
        try:
            with transaction.atomic():
                change()
                raise _TakeBack
        except _TakeBack:
            pass
        except PortalError as refusal:
            plan.refusal = refusal
    return plan


def agreed(fingerprint: str, change: Callable[[], T]) -> T:
    """Carries the change out if it still is what the plan with this fingerprint said, else raises PlanChanged."""
    with _noting() as plan, transaction.atomic():
        result = change()
        if plan.fingerprint != fingerprint:
            raise PlanChanged()
    return result
