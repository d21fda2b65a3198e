"""The portal's own programs, as an installation runs them: the web server, a worker and the scheduler."""

import http.client
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from cloudportal.demo.place import Place
from cloudportal.demo.processes import Supervisor
from deploy.services import daemon

QUEUES = "compute,storage,network,usage,housekeeping"
CELERY = ("-m", "celery", "-A", "cloudportal")


@dataclass(frozen=True)
class Program:
    """A command line, and how to tell that it is ready."""

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[], bool]


def web(place: Place) -> Program:
    """The portal behind gunicorn, ready when it answers."""
    log = place.logs / "web.log"
    address = f"127.0.0.1:{place.ports['web']}"
    command = ["-m", "gunicorn", "cloudportal.wsgi", "--bind", address, "--workers", "2", "--threads", "4"]
    return Program("web", [sys.executable, *command], log, lambda: answers(place.ports["web"]))


def worker(place: Place) -> Program:
    """One worker for all queues, ready when it says so."""
    log = place.logs / "worker.log"
    options = [
        "--queues",
        QUEUES,
        "--concurrency",
        "2",
        "--loglevel",
        "INFO",
        "--without-gossip",
        "--without-mingle",
    ]
    return Program("worker", [sys.executable, *CELERY, "worker", *options], log, _says(log, " ready."))


def scheduler(place: Place) -> Program:
    """The clock that has regular work done, ready when it says so."""
    log = place.logs / "scheduler.log"
    return Program(
        "scheduler", [sys.executable, *CELERY, "beat", "--loglevel", "INFO"], log, _says(log, "Starting...")
    )


def start(programs: Sequence[Program], place: Place, supervisor: Supervisor) -> None:
    """Start them side by side and return when all are ready. Raises NotStarted; the supervisor has them anyway."""
    variables = {"PORTAL_URL": place.url}
    started = [
        supervisor.add_daemon(
            daemon.spawn(
                program.name,
                program.command,
                log=program.log,
                environment=variables,
                directory=settings.BASE_DIR,
            )
        )
        for program in programs
    ]
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
