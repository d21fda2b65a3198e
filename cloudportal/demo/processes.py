"""Keeps the demonstration's programs together: started one by one, watched, and all ended in reverse order."""

import ctypes
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from deploy.services import daemon
from deploy.services.daemon import Daemon

# prctl(2)
PR_SET_CHILD_SUBREAPER = 36
REAP_SECONDS = 5.0
END_SECONDS = 5.0


class Interrupted(BaseException):
    """Somebody asked us to end: Ctrl-C, SIGTERM, or the terminal that went away."""


class NotEnded(Exception):
    """Something could not be ended or cleaned up; the message lists what and why."""


@dataclass(frozen=True)
class Running:
    """One thing that runs, how to end it, and where it wrote what it has to say.

    `ask` asks it to end without waiting for that, where it may end at the same time as others.
    """

    name: str
    pid: int
    log: Path
    end: Callable[[], None]
    ask: Callable[[], None] | None = None


class Supervisor:
    """What was started here ends here, whatever happens in between.

    With `adopting`, whatever our programs leave behind becomes our child too (PR_SET_CHILD_SUBREAPER), and ends with
    the rest: every process below this one is then ours to end.
    """

    def __init__(self, *, adopting: bool = False) -> None:
        self._running: list[Running] = []
        self._adopting = adopting
        if adopting:
            _adopt_orphans()

    def add(self, running: Running) -> None:
        """Take over something that was started elsewhere."""
        self._running.append(running)

    def add_daemon(
        self, started: Daemon, *, seconds: float = daemon.STOP_SECONDS, beside_others: bool = False
    ) -> Daemon:
        """Take over a daemon, and give it back. It has `seconds` to end once it was asked."""

        def end() -> None:
            daemon.stop(started, seconds=seconds)

        ask = started.process.terminate if beside_others else None
        self.add(Running(started.name, started.process.pid, started.log, end, ask))
        return started

    def wait(self) -> Running:
        """Sleep until one of the programs ends of itself, and say which. Raises Interrupted."""
        watched = {os.pidfd_open(running.pid): running for running in self._running}
        try:
            while True:
                ended, _, _ = select.select(list(watched), [], [], REAP_SECONDS)
                if ended:
                    return watched[ended[0]]
                self._reap_adopted()
        finally:
            for descriptor in watched:
                os.close(descriptor)

    def end(self) -> None:
        """End everything, the last started first; one that resists does not keep the others. Raises NotEnded."""
        for running in self._running:
            if running.ask is not None:
                running.ask()
        complaints = []
        while self._running:
            running = self._running.pop()
            try:
                running.end()
            except Exception as failure:
                complaints.append(f"{running.name}: {failure}")
        if self._adopting:
            complaints += [f"process {pid} did not end" for pid in end_descendants()]
        if complaints:
            raise NotEnded("; ".join(complaints))

    def _reap_adopted(self) -> None:
        """Bury orphans that came to us, leaving our own children to whoever started them."""
        own = {running.pid for running in self._running}
        for pid in children_of(os.getpid()) - own:
            os.waitpid(pid, os.WNOHANG)


def end_descendants(*, seconds: float = END_SECONDS) -> set[int]:
    """Ask everything below us to end, then kill it. What is left after `seconds` is returned."""
    deadline = time.monotonic() + seconds
    signals = iter([signal.SIGTERM])
    while left := _descendants():
        if time.monotonic() > deadline:
            return left
        _signal_all(left, next(signals, signal.SIGKILL))
        time.sleep(0.2)
        for pid in children_of(os.getpid()):
            _bury(pid)
    return set()


def children_of(pid: int) -> set[int]:
    """The processes whose parent this is, ended ones that nobody buried included."""
    found = set()
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found |= {int(child) for child in thread.read_text().split()}
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
    return found


@contextmanager
def interruptible() -> Iterator[None]:
    """Inside, Ctrl-C, SIGTERM and a vanished terminal raise Interrupted once; after that they are ignored.

    Whoever presses Ctrl-C twice must not cut the cleaning up short.
    """
    caught = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(number: int, frame: FrameType | None) -> None:
        for other in caught:
            # Not SIG_IGN: the programs that clean up would inherit that.
            signal.signal(other, lambda *_: None)
        raise Interrupted(signal.Signals(number).name)

    before = {number: signal.signal(number, interrupt) for number in caught}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _descendants() -> set[int]:
    found: set[int] = set()
    waiting = children_of(os.getpid())
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        waiting |= children_of(pid) - found
    return found


def _signal_all(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _bury(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def _adopt_orphans() -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")
