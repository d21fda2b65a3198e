"""A thread that makes calls which may never return, so that their caller can leave when the time is over.

libvirt's calls block in C without a time limit of their own, and no signal ends them. Letting go of one of
its objects may be such a call too: with the last one the connection is closed, which waits for the daemon. So
the objects never leave the thread; callers hold handles.
"""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from typing import Any


class TooLate(Exception):
    """The call did not return in time. It may still go on in the abandoned thread."""


class Handle:
    """Stands for an object that lives in the worker's thread. Its attributes are methods to be called there.

    It knows the object by number only: a reference, even an indirect one, would let the collector of garbage
    end the object in whatever thread it runs.
    """

    __slots__ = ("_let_go", "number")

    def __init__(self, number: int, let_go: Callable[[int], None]) -> None:
        self.number = number
        self._let_go = let_go

    def __getattr__(self, name: str) -> Method:
        if name.startswith("_"):
            raise AttributeError(name)
        return Method(self, name)

    def __del__(self) -> None:
        self._let_go(self.number)


class Method:
    """A method of a handle's object."""

    __slots__ = ("__name__", "handle")

    def __init__(self, handle: Handle, name: str) -> None:
        self.handle = handle
        self.__name__ = name


class Worker:
    """One thread, one call at a time. A daemon thread: a call that never returns must not hold up the
    process's end.

    `lives_here` tells which answers are objects that must stay in the thread.
    """

    def __init__(self, name: str, *, lives_here: Callable[[Any], bool]) -> None:
        self._jobs: queue.SimpleQueue[_Call | _LetGo | None] = queue.SimpleQueue()
        self._lives_here = lives_here
        self._objects: dict[int, Any] = {}
        self._numbers = itertools.count()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def run(self, function: Callable[..., Any] | Method, *arguments: Any, timeout_seconds: float) -> Any:
        """The answer, with handles for objects of the thread, or the fault; raises TooLate, after which this
        worker must be left alone.
        """
        call = _Call(function, arguments)
        self._jobs.put(call)
        if not call.done.wait(timeout_seconds):
            raise TooLate
        if call.fault is not None:
            raise call.fault
        return call.answer

    def leave(self) -> None:
        """Let the thread end as soon as its last call has returned and its last object was let go. Does not
        wait.
        """
        self._jobs.put(None)

    def _work(self) -> None:
        is_leaving = False
        while not is_leaving or self._objects:
            job = self._jobs.get()
            if job is None:
                is_leaving = True
            elif isinstance(job, _LetGo):
                del self._objects[job.number]
            else:
                self._make(job)
            # Not even the last call is kept while this thread waits, for it may hold the last handle of an
            # object.
            del job

    def _make(self, call: _Call) -> None:
        try:
            call.answer = self._hand_out(self._resolve(call.function)(*self._resolve(call.arguments)))
        except BaseException as fault:
            # Without its frames, for they hold objects of this thread.
            call.fault = fault.with_traceback(None)
        call.done.set()

    def _hand_out(self, answer: Any) -> Any:
        """The answer with every object that lives here replaced by its handle."""
        if isinstance(answer, list):
            return [self._hand_out(one) for one in answer]
        if isinstance(answer, tuple):
            return tuple(self._hand_out(one) for one in answer)
        if not self._lives_here(answer):
            return answer
        number = next(self._numbers)
        self._objects[number] = answer
        return Handle(number, self._let_go)

    def _let_go(self, number: int) -> None:
        self._jobs.put(_LetGo(number))

    def _resolve(self, value: Any) -> Any:
        """The value with every handle replaced by its object."""
        if isinstance(value, Method):
            return getattr(self._objects[value.handle.number], value.__name__)
        if isinstance(value, Handle):
            return self._objects[value.number]
        if isinstance(value, list):
            return [self._resolve(one) for one in value]
        if isinstance(value, tuple):
            return tuple(self._resolve(one) for one in value)
        return value


class _LetGo:
    def __init__(self, number: int) -> None:
        self.number = number


class _Call:
    def __init__(self, function: Callable[..., Any] | Method, arguments: tuple[Any, ...]) -> None:
        self.function = function
        self.arguments = arguments
        self.done = threading.Event()
        self.answer: Any = None
        self.fault: BaseException | None = None
