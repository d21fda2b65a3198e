"""Runs of schedules: each is taken by one process, whoever finds it due."""

from typing import Any

from cloudportal.core import clock


def take(schedule: Any, outcome: str) -> bool:
    """True where the due run is ours: the next one is set, and what became of this one is written down.

    Guarded, so that two processes do not begin the same run. `schedule` is a row with `recurrence`, `next_run_at`,
    `last_run_at`, `last_outcome` and `is_enabled`.
    """
    moment = clock.now()
    rows = type(schedule)._default_manager.filter(pk=schedule.pk, is_enabled=True)
    return bool(
        rows.filter(next_run_at=schedule.next_run_at).update(
            next_run_at=schedule.recurrence.next_after(moment), last_run_at=moment, last_outcome=outcome[:500]
        )
    )
