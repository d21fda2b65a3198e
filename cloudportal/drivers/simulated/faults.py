"""Faults that can be put into a simulated world: what goes wrong, where, and how often."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from dataclasses import dataclass
from enum import StrEnum

from cloudportal.drivers.deadlines import Deadline
from cloudportal.drivers.errors import ERRORS, OutcomeUnknown, Unreachable

ANY_OPERATION = "*"


class FaultKind(StrEnum):
    """DELAY: wait, then go on. FAIL: raise `error`, nothing happens. HANG: nothing happens and the time runs
    out. LOSE_ANSWER: it happens, but the caller is told OutcomeUnknown. DIE_BEFORE and DIE_AFTER: the calling
    process is killed (SIGKILL) before or after it happens.
    """

    DELAY = "delay"
    FAIL = "fail"
    HANG = "hang"
    LOSE_ANSWER = "lose-answer"
    DIE_BEFORE = "die-before"
    DIE_AFTER = "die-after"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault. `operation` is the name of a driver's method or ANY_OPERATION.

    `place` (a host, pool or network place by its name) and `subject` (an id) narrow it; None is anywhere and
    anything. `count` is how many calls it meets, None without end. `error` is the code of the error that FAIL
    raises. `seconds` is how long it waits first, but never longer than the call's own time limit: HANG waits
    that long instead of really burning the limit.
    """

    operation: str
    kind: FaultKind
    error: str = Unreachable.code
    place: str | None = None
    subject: str | None = None
    count: int | None = 1
    seconds: float = 0.0
    id: int = 0


def add_fault(connection: sqlite3.Connection, fault: Fault) -> int:
    """Store a fault and give its id."""
    if fault.error not in ERRORS:
        raise ValueError(
            f"There is no driver error with the code {fault.error!r}; there are {', '.join(ERRORS)}."
        )
    cursor = connection.execute(
        "INSERT INTO faults (operation, kind, error, place, subject, remaining, seconds) VALUES (?, ?, ?, "
        "?, ?, ?, ?)",
        (fault.operation, fault.kind, fault.error, fault.place, fault.subject, fault.count, fault.seconds),
    )
    return cursor.lastrowid or 0


def matching_fault(connection: sqlite3.Connection, operation: str, place: str, subject: str) -> Fault | None:
    """The oldest fault that such a call would meet."""
    row = connection.execute(
        "SELECT * FROM faults WHERE operation IN (?, ?) AND (place IS NULL OR place = ?)"
        " AND (subject IS NULL OR subject = ?) AND (remaining IS NULL OR remaining > 0) ORDER BY id LIMIT 1",
        (operation, ANY_OPERATION, place, subject),
    ).fetchone()
    return fault_of(row) if row else None


def use_up(connection: sqlite3.Connection, fault: Fault) -> bool:
    """Count one call against the fault; False when another process had the last one."""
    changed = connection.execute(
        "UPDATE faults SET remaining = remaining - 1 WHERE id = ? AND (remaining IS NULL OR remaining > 0)",
        (fault.id,),
    )
    return changed.rowcount == 1


def fault_of(row: sqlite3.Row) -> Fault:
    """The fault in a row; its count is what remains of it."""
    return Fault(
        operation=row["operation"],
        kind=FaultKind(row["kind"]),
        error=row["error"],
        place=row["place"],
        subject=row["subject"],
        count=row["remaining"],
        seconds=row["seconds"],
        id=row["id"],
    )


def strike_before(fault: Fault, deadline: Deadline) -> None:
    """What the fault does before the effect: wait, raise, or end the process."""
    time.sleep(min(fault.seconds, deadline.remaining_seconds()))
    if fault.kind is FaultKind.FAIL:
        raise ERRORS[fault.error](detail=f"simulated fault {fault.id}")
    if fault.kind is FaultKind.HANG or deadline.is_past:
        raise OutcomeUnknown(detail=f"simulated fault {fault.id}: no answer")
    if fault.kind is FaultKind.DIE_BEFORE:
        os.kill(os.getpid(), signal.SIGKILL)


def strike_after(fault: Fault) -> None:
    """What the fault does after the effect: lose the answer, or end the process."""
    if fault.kind is FaultKind.LOSE_ANSWER:
        raise OutcomeUnknown(detail=f"simulated fault {fault.id}: the answer was lost")
    if fault.kind is FaultKind.DIE_AFTER:
        os.kill(os.getpid(), signal.SIGKILL)
