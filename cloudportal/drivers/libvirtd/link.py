"""The connection to one libvirt daemon: opened at its first use, every call within a time limit, dropped when
it breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from cloudportal.drivers.deadlines import Deadline
from cloudportal.drivers.errors import OutcomeUnknown, Unreachable
from cloudportal.drivers.libvirtd.faults import call_fault, is_connection_lost, opening_fault
from cloudportal.drivers.libvirtd.uris import connection_uri
from cloudportal.drivers.libvirtd.worker import Method, TooLate, Worker


@cache
def library() -> Any:
    """The vendor's library, loaded at its first use; it prints errors to stderr unless it is told not to."""
    import libvirt

    libvirt.registerErrorHandler(lambda context, error: None, None)
    return libvirt


class Link:
    """One connection for one driver. Not to be shared by threads, nor carried over a fork."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._worker: Worker | None = None
        self._connection: Any = None

    def __del__(self) -> None:
        # The worker's thread would outlive a link that was forgotten, with its connection.
        self.close()

    @contextmanager
    def talk(self, timeout_seconds: float) -> Iterator[Talk]:
        """A connection that answers, for one operation with one time limit; raises Unreachable or
        WrongCredentials.
        """
        talk = Talk(self, Deadline(timeout_seconds))
        talk.connect()
        yield talk

    def close(self) -> None:
        """Let the connection go. May be called again."""
        worker = self._worker
        self._worker = self._connection = None
        if worker is not None:
            # libvirt closes the connection with the last of its objects, in the worker's own thread.
            worker.leave()

    def run(self, function: Callable[..., Any] | Method, *arguments: Any, timeout_seconds: float) -> Any:
        """The call's answer; raises TooLate and drops the connection when it does not come in time."""
        if self._worker is None:
            self._worker = Worker("libvirt", lives_here=_is_libvirts_own)
        try:
            return self._worker.run(function, *arguments, timeout_seconds=timeout_seconds)
        except TooLate:
            self.close()
            raise

    def connection(self, deadline: Deadline) -> Any:
        """An open connection; a broken one is replaced."""
        if self._connection is not None and self._still_answers(deadline):
            return self._connection
        try:
            opened = self.run(
                library().open, connection_uri(self.uri), timeout_seconds=deadline.remaining_seconds()
            )
        except TooLate:
            raise Unreachable(detail=f"libvirt did not answer within {deadline.limit_seconds:g} s") from None
        except library().libvirtError as error:
            self.close()
            raise opening_fault(error) from error
        self._connection = opened
        return opened

    def _still_answers(self, deadline: Deadline) -> bool:
        try:
            self.run(self._connection.getLibVersion, timeout_seconds=deadline.remaining_seconds())
        except library().libvirtError:
            self.close()
            return False
        except TooLate:
            raise OutcomeUnknown(
                detail=f"libvirt did not answer within {deadline.limit_seconds:g} s"
            ) from None
        return True


class Talk:
    """One operation's calls, all within its time limit; libvirt's errors become the portal's faults."""

    def __init__(self, link: Link, deadline: Deadline) -> None:
        self.deadline = deadline
        self.connection: Any = None
        self._link = link

    def connect(self) -> None:
        self.connection = self._link.connection(self.deadline)

    def look(self, function: Callable[..., Any] | Method, *arguments: Any) -> Any:
        """A call that changes nothing."""
        return self._call(function, arguments, is_effect=False)

    def act(self, function: Callable[..., Any] | Method, *arguments: Any) -> Any:
        """A call that changes something: when the connection breaks, its outcome is unknown."""
        return self._call(function, arguments, is_effect=True)

    def _call(
        self, function: Callable[..., Any] | Method, arguments: tuple[Any, ...], *, is_effect: bool
    ) -> Any:
        try:
            return self._link.run(function, *arguments, timeout_seconds=self.deadline.remaining_seconds())
        except TooLate:
            what = getattr(function, "__name__", "call")
            raise OutcomeUnknown(
                detail=f"libvirt {what}: no answer within {self.deadline.limit_seconds:g} s"
            ) from None
        except library().libvirtError as error:
            if is_connection_lost(error):
                self._link.close()
            raise call_fault(error, is_effect=is_effect) from error


def _is_libvirts_own(value: Any) -> bool:
    return type(value).__module__ == "libvirt"
