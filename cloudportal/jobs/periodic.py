"""Regular work, declared once and done once: each piece has a row whose guarded update hands it to one process."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction

from cloudportal.core import clock
from cloudportal.events import alerts
from cloudportal.jobs import sweeper
from cloudportal.jobs.models import PeriodicRun

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Periodic:
    """A function of no arguments, run about every so many seconds by whichever worker comes first."""

    name: str
    every_seconds: int
    run: Callable[[], object]


_registered: dict[str, Periodic] = {}


def every(seconds: int, name: str, run: Callable[[], object]) -> None:
    """Declares regular work; done from an app's `periodic` module."""
    _registered[name] = Periodic(name, seconds, run)


def all_periodic() -> tuple[Periodic, ...]:
    """Every declared piece of regular work, by name."""
    return tuple(_registered[name] for name in sorted(_registered))


def run_due() -> list[str]:
    """Runs what is due and not taken by another process; returns the names."""
    return [one.name for one in all_periodic() if _take(one) and _run(one)]


def _take(one: Periodic) -> bool:
    moment = clock.now()
    row = PeriodicRun.objects.filter(name=one.name).first()
    if row is None:
        try:
            with transaction.atomic():
                PeriodicRun.objects.create(name=one.name, due_at=moment)
        except IntegrityError:
            return False
    due = PeriodicRun.objects.filter(name=one.name, due_at__lte=moment)
    return bool(due.update(due_at=moment + timedelta(seconds=one.every_seconds), started_at=moment))


def _run(one: Periodic) -> bool:
    failure = ""
    try:
        one.run()
        alerts.clear_alert("periodic-failed", f"periodic:{one.name}")
    except Exception as error:
        log.exception("Regular work %s", one.name)
        failure = f"{type(error).__name__}: {error}"
        sentence = f"The regular work “{one.name}” failed. It is tried again when it is next due."
        alerts.raise_alert("periodic-failed", f"periodic:{one.name}", sentence, detail=failure)
    PeriodicRun.objects.filter(name=one.name).update(ended_at=clock.now(), failure=failure)
    return True


every(10, "jobs.sweep", sweeper.sweep)
