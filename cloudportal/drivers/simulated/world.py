"""The simulated world itself: an SQLite file, calls that meet its faults, and the log of what really
happened.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cloudportal.drivers.deadlines import Deadline
from cloudportal.drivers.errors import Busy, Unreachable
from cloudportal.drivers.simulated.faults import (
    Fault,
    add_fault,
    fault_of,
    matching_fault,
    strike_after,
    strike_before,
    use_up,
)
from cloudportal.drivers.simulated.schema import LAST_IN_SCHEMA, SCHEMA

BUSY_SECONDS = 30.0
MAKING_ATTEMPTS = 100
MAKING_PAUSE_SECONDS = 0.02


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Something that really happened. `operation` is a driver's method, or `behind:...` for what nobody asked
    a driver.
    """

    id: int
    at: float
    operation: str
    place: str
    subject: str
    detail: str


@dataclass(frozen=True)
class Scene:
    """One call's view of the world, within one transaction."""

    connection: sqlite3.Connection
    operation: str
    place: str

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        return self.connection.execute(query, values).fetchall()

    def row(self, query: str, *values: object) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self.connection.execute(query, values).fetchone()
        return found

    def change(self, query: str, *values: object) -> int:
        """Run a changing statement and give how many rows it changed."""
        return self.connection.execute(query, values).rowcount

    def record(self, subject: object, detail: str) -> None:
        """Log that something really happened."""
        self.change(
            "INSERT INTO effects (at, operation, place, subject, detail) VALUES (?, ?, ?, ?, ?)",
            time.time(),
            self.operation,
            self.place,
            str(subject),
            detail,
        )


class SimulatedWorld:
    """A world in a file; made at its first use. Nothing is kept open, so it may be shared by threads and
    forks.

    What a process did before it was killed stays done. It is not made to survive a power cut of the machine.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    @contextmanager
    def call(
        self, operation: str, place: str, subject: object, deadline: Deadline, *, is_effect: bool
    ) -> Iterator[Scene]:
        """One driver's call: meets the faults meant for it, and is one transaction.

        Raises what its fault says, Unreachable when the place is, and Busy when the file stays locked.
        """
        connection = self._connect()
        try:
            fault = _meet(connection, operation, place, str(subject))
            if fault is not None:
                strike_before(fault, deadline)
            with _transaction(connection, is_effect=is_effect):
                yield Scene(connection, operation, place)
            if fault is not None:
                strike_after(fault)
        finally:
            connection.close()

    @contextmanager
    def tampering(self, operation: str, place: str = "") -> Iterator[Scene]:
        """A change of the world that no driver made; it meets no fault."""
        with self.transaction(is_effect=True) as connection:
            yield Scene(connection, f"behind:{operation}", place)

    def inject(self, fault: Fault) -> int:
        """Put a fault into the world and give its id; faults are met in the order in which they came."""
        with self.transaction(is_effect=True) as connection:
            return add_fault(connection, fault)

    def clear_faults(self, fault_id: int | None = None) -> None:
        """Take one fault away, or all of them."""
        with self.transaction(is_effect=True) as connection:
            connection.execute("DELETE FROM faults WHERE ? IS NULL OR id = ?", (fault_id, fault_id))

    def faults(self) -> tuple[Fault, ...]:
        """All faults that will still be met, oldest first; `count` is how often."""
        with self.transaction(is_effect=False) as connection:
            rows = connection.execute(
                "SELECT * FROM faults WHERE remaining IS NULL OR remaining > 0 ORDER BY id"
            )
            return tuple(fault_of(row) for row in rows.fetchall())

    def effects(self, *, operation: str | None = None, subject: object | None = None) -> tuple[Effect, ...]:
        """What really happened, oldest first."""
        wanted = None if subject is None else str(subject)
        with self.transaction(is_effect=False) as connection:
            rows = connection.execute(
                "SELECT * FROM effects WHERE (? IS NULL OR operation = ?) AND (? IS NULL OR subject = ?) "
                "ORDER BY id",
                (operation, operation, wanted, wanted),
            ).fetchall()
        return tuple(Effect(**dict(row)) for row in rows)

    @contextmanager
    def transaction(self, *, is_effect: bool) -> Iterator[sqlite3.Connection]:
        """One SQLite transaction on a connection of its own, rolled back when the block raises."""
        connection = self._connect()
        try:
            with _transaction(connection, is_effect=is_effect):
                yield connection
        finally:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        except sqlite3.OperationalError as fault:
            raise Unreachable(detail=f"simulated world: {fault}") from fault
        connection.row_factory = sqlite3.Row
        try:
            _prepare(connection)
        except sqlite3.OperationalError as fault:
            connection.close()
            raise Busy(detail=f"simulated world: {fault}") from fault
        return connection


@contextmanager
def _transaction(connection: sqlite3.Connection, *, is_effect: bool) -> Iterator[None]:
    try:
        connection.execute("BEGIN IMMEDIATE" if is_effect else "BEGIN")
        yield
        connection.execute("COMMIT")
    except sqlite3.OperationalError as fault:
        raise Busy(detail=f"simulated world: {fault}") from fault
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _meet(connection: sqlite3.Connection, operation: str, place: str, subject: str) -> Fault | None:
    """The fault that this call meets, counted against it; raises Unreachable when the place is."""
    row = connection.execute("SELECT is_reachable FROM places WHERE name = ?", (place,)).fetchone()
    if row is None:
        with _transaction(connection, is_effect=True):
            connection.execute(
                "INSERT OR IGNORE INTO places (name, uuid) VALUES (?, ?)", (place, str(uuid.uuid4()))
            )
    elif not row["is_reachable"]:
        raise Unreachable(detail=f"simulated place {place} is out of reach")
    fault = matching_fault(connection, operation, place, subject)
    if fault is None:
        return None
    with _transaction(connection, is_effect=True):
        return fault if use_up(connection, fault) else None


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = OFF")
    if not _is_complete(connection):
        _retry_while_locked(connection, "PRAGMA journal_mode = WAL")
        connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA}; COMMIT;")
    connection.execute("PRAGMA foreign_keys = ON")


def _is_complete(connection: sqlite3.Connection) -> bool:
    query = "SELECT 1 FROM sqlite_master WHERE name = ?"
    return connection.execute(query, (LAST_IN_SCHEMA,)).fetchone() is not None


def _retry_while_locked(connection: sqlite3.Connection, statement: str) -> None:
    for _ in range(MAKING_ATTEMPTS):
        try:
            connection.execute(statement)
        except sqlite3.OperationalError:
            # SQLite answers at once, without its busy timeout, when two processes change a new file to WAL.
            time.sleep(MAKING_PAUSE_SECONDS)
        else:
            return
    connection.execute(statement)
