"""One program that runs beside us: started, waited for, stopped, and never outliving whoever started it."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.commands import last_lines

READY_SECONDS = 60.0
STOP_SECONDS = 15.0
LOOK_SECONDS = 0.05
FREEZE_SECONDS = 0.001

# Whoever dies before the kernel was asked to tell of it is noticed by the shell: we are not its parent any more.
_AS_LONG_AS_WE_LIVE = (
    *("setpriv", "--pdeathsig", "TERM", "--"),
    *("sh", "-c", '[ "$PPID" = "$0" ] || exit 1; exec "$@"'),
)


class NotStarted(Exception):
    """The program ended or stayed silent instead of getting ready; the message ends with its last lines."""


@dataclass(frozen=True)
class Daemon:
    """A running program, the first process of a group of its own."""

    name: str
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None


def start(
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    ready: Callable[[], bool],
    ready_seconds: float = READY_SECONDS,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> Daemon:
    """Start the program and return once `ready` says yes. Raises NotStarted, with nothing left running.

    `environment` is added to ours. The program ends when the calling thread dies.
    """
    daemon = spawn(name, command, log=log, environment=environment, directory=directory)
    try:
        wait_until_ready(daemon, ready, seconds=ready_seconds)
    except BaseException:
        stop(daemon, seconds=1.0)
        raise
    return daemon


def spawn(
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> Daemon:
    """Start the program without waiting for it; several may get ready at the same time."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as kept:
        process = subprocess.Popen(
            [*_AS_LONG_AS_WE_LIVE, str(os.getpid()), *command],
            stdin=subprocess.DEVNULL,
            stdout=kept,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            cwd=directory,
            start_new_session=True,
        )
    return Daemon(name=name, log=log, process=process)


def stop(daemon: Daemon, *, seconds: float = STOP_SECONDS) -> None:
    """Ask the program to end, wait for it, then kill what is left of its group. May be called again."""
    if daemon.is_running:
        daemon.process.terminate()
        try:
            daemon.process.wait(seconds)
        except subprocess.TimeoutExpired:
            daemon.process.kill()
    daemon.process.wait()
    try:
        os.killpg(daemon.process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """The process takes connections and calls and answers none; afterwards it goes on."""
    os.kill(pid, signal.SIGSTOP)
    try:
        # Until all of its threads have heard of it, one may still answer.
        while not all(map(_is_still, Path(f"/proc/{pid}/task").iterdir())):
            time.sleep(FREEZE_SECONDS)
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _is_still(thread: Path) -> bool:
    """True for one that is stopped, or has ended: proc(5), "stat", the field behind the name."""
    try:
        stat = (thread / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return stat.rpartition(")")[2].split()[0] in "TtZX"


def free_port() -> int:
    """A TCP port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """True when something accepts connections on this port of the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until_ready(daemon: Daemon, ready: Callable[[], bool], *, seconds: float = READY_SECONDS) -> None:
    """Return once `ready` says yes. Raises NotStarted, with the program left as it is."""
    end = time.monotonic() + seconds
    while not ready():
        if not daemon.is_running:
            reason = f"ended with exit code {daemon.process.returncode}"
        elif time.monotonic() > end:
            reason = f"was not ready within {seconds:g} s"
        else:
            time.sleep(LOOK_SECONDS)
            continue
        raise NotStarted(
            f"{daemon.name} {reason}. Its last lines, from {daemon.log}:\n{last_lines(daemon.log)}"
        )
