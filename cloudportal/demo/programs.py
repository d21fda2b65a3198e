"""The portal's own programs, as an installation runs them: the web server, a worker and the scheduler."""

import http.client
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from cloudportal.demo.place import Place
from cloudportal.demo.processes import Supervisor
from compute.console.relay import FRAME_LIMIT_BYTES
from deploy.services import daemon
from deploy.services.daemon import Daemon

QUEUES = "compute,storage,network,usage,housekeeping"
# Celery takes seven seconds to end a worker that does nothing.
IDLE_END_SECONDS = 0.5
CELERY = ("-m", "celery", "-A", "cloudportal")


@dataclass(frozen=True)
class Program:
    """A command line, how to tell that it is ready, and how long it may take to end."""

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[], bool]
    end_seconds: float = daemon.STOP_SECONDS


def web(place: Place) -> Program:
    """The portal's pages and consoles on one address, ready when it answers."""
    log = place.logs / "web.log"
    address = ["--host", "127.0.0.1", "--port", str(place.ports["web"])]
    # Nobody stands in front who could say for whom; believing a header would let anybody be anywhere.
    plain = ["--no-proxy-headers", "--no-server-header", "--no-access-log", "--lifespan", "off"]
    sockets = ["--ws", "websockets-sansio", "--ws-max-size", str(FRAME_LIMIT_BYTES)]
    command = ["-m", "uvicorn", "cloudportal.asgi:application", *address, *plain, *sockets, "--workers", "2"]
    return Program("web", [sys.executable, *command], log, lambda: answers(place.ports["web"]))


def worker(place: Place, *, name: str = "worker", processes: int = 2) -> Program:
    """One worker for all queues, ready when it says so; workers of one machine are told apart by their names.

    Whoever ends it sees to it that no job is being worked on, for it has little time.
    """
    log = place.logs / f"{name}.log"
    options = ["--hostname", f"{name}@%h", "--queues", QUEUES, "--concurrency", str(processes)]
    quiet = ["--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    command = [sys.executable, *CELERY, "worker", *options, *quiet]
    return Program(name, command, log, _says(log, " ready."), end_seconds=IDLE_END_SECONDS)


def scheduler(place: Place) -> Program:
    """The clock that has regular work done, ready when it says so."""
    log = place.logs / "scheduler.log"
    return Program(
        "scheduler", [sys.executable, *CELERY, "beat", "--loglevel", "INFO"], log, _says(log, "Starting...")
    )


def spawn(programs: Sequence[Program], place: Place, supervisor: Supervisor) -> list[Daemon]:
    """Start them without waiting; the supervisor ends them."""
    variables = {"PORTAL_URL": place.url}
    return [
        supervisor.add_daemon(
            daemon.spawn(
                program.name,
                program.command,
                log=program.log,
                environment=variables,
                directory=settings.BASE_DIR,
            ),
            seconds=program.end_seconds,
            beside_others=True,
        )
        for program in programs
    ]


def wait_until_ready(programs: Sequence[Program], started: Sequence[Daemon]) -> None:
    """Return when all of them are ready. Raises NotStarted."""
    for program, running in zip(programs, started, strict=True):
        daemon.wait_until_ready(running, program.ready)


def answers(port: int) -> bool:
    """True when a web server on this port of our own address gives an answer that is not a failure of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _says(log: Path, words: str) -> Callable[[], bool]:
    """Looks for the words in what is written to the log from now on."""
    start = log.stat().st_size if log.exists() else 0

    def said() -> bool:
        with log.open("rb") as kept:
            kept.seek(start)
            return words.encode() in kept.read()

    return said
