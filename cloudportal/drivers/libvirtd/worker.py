"""A thread that makes calls which may never return, so that their caller can leave when the time is over.

libvirt's calls block in C without a time limit of their own, and no signal ends them.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


class TooLate(Exception):
    """The call did not return in time. It may still go on in the abandoned thread."""


@dataclass
class _Call:
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    done: threading.Event = field(default_factory=threading.Event)
    answer: Any = None
    fault: BaseException | None = None

    def run(self) -> None:
        try:
            self.answer = self.function(*self.arguments)
        except BaseException as fault:  # handed over to the thread that waits for it
            self.fault = fault
        self.done.set()


class Worker:
    """One thread, one call at a time. A daemon thread: a call that never returns must not hold up the
    process's end.
    """

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def run(self, function: Callable[..., Any], *arguments: Any, timeout_seconds: float) -> Any:
        """The function's answer or fault; raises TooLate, after which the worker must be abandoned."""
        call = _Call(function, arguments)
        self._calls.put(call)
        if not call.done.wait(timeout_seconds):
            raise TooLate
        if call.fault is not None:
            raise call.fault
        return call.answer

    def leave(self, last: Callable[[], object]) -> None:
        """Make one last call whenever the thread comes to it, and end the thread. Does not wait."""
        self._calls.put(_Call(last, ()))
        self._calls.put(None)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call.run()
