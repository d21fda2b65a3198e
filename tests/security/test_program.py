"""The program as a whole: what it listens on with nothing set, what it takes from its broker, and what it stands on.

CVE-2024-39864 and CVE-2024-38346 (ports nobody knew of), CVE-2021-23727 (results that are code).
"""

import os
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from django.conf import settings
from kombu.exceptions import ContentDisallowed
from kombu.serialization import dumps, loads
from packaging.version import Version

from cloudportal.celery import app
from cloudportal.demo.programs import CELERY, answers
from deploy.services import daemon
from deploy.services.daemon import free_port
from tests.architecture.sources import ROOT

LISTENING = "0A"
# Older ones had holes that our own code could not close.
SAFE_FROM = {
    "django": "5.2.8",  # CVE-2025-64459
    "djangorestframework": "3.15.2",  # CVE-2024-21520
    "celery": "5.2.2",  # CVE-2021-23727
    "gunicorn": "22.0.0",  # CVE-2024-1135
    "cryptography": "42.0.4",  # CVE-2024-26130
}


def tree_of(process):
    """The process and all its children."""
    found, waiting = set(), [process]
    while waiting:
        one = waiting.pop()
        found.add(one)
        for task in Path(f"/proc/{one}/task").iterdir():
            waiting += [int(child) for child in (task / "children").read_text().split()]
    return found


def sockets_of(processes):
    links = [
        os.readlink(fd) for one in processes for fd in Path(f"/proc/{one}/fd").iterdir() if fd.is_symlink()
    ]
    return {link.removeprefix("socket:[").removesuffix("]") for link in links if link.startswith("socket:[")}


def listening(process):
    """The addresses that the process and its children listen on, as the kernel writes them, such as 0100007F:1F90."""
    own = sockets_of(tree_of(process))
    lines = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    return {line[1] for line in lines if line[3] == LISTENING and line[9] in own}


@pytest.fixture
def start(tmp_path):
    """`start(name, command, ready)`: a program of ours with nothing set but where it keeps its state."""
    running = []

    def begin(name, command, ready):
        log = tmp_path / f"{name}.log"
        variables = {**os.environ, "PORTAL_STATE": str(tmp_path / "state")}
        command = [sys.executable, *command]
        running.append(
            daemon.start(
                name, command, log=log, ready=lambda: ready(log), environment=variables, directory=ROOT
            )
        )
        return running[-1].process.pid

    yield begin
    for one in running:
        daemon.stop(one)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("worker", "--queues", "compute", "--concurrency", "1"), " ready."), (("beat",), "Starting...")],
)
def test_workers_and_the_clock_listen_on_nothing(start, arguments, words):
    process = start(
        arguments[0], [*CELERY, *arguments, "--loglevel", "INFO"], lambda log: words in log.read_text()
    )
    assert listening(process) == set()


@pytest.mark.slow
def test_the_web_server_listens_where_it_was_told_and_nowhere_else(start):
    port = free_port()
    command = ["-m", "gunicorn", "cloudportal.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    process = start("web", command, lambda log: answers(port) or "Listening at" in log.read_text())
    assert listening(process) == {f"0100007F:{port:04X}"}


@pytest.mark.slow
def test_the_server_of_pages_and_consoles_listens_where_it_was_told_and_nowhere_else(start):
    port = free_port()
    command = ["-m", "uvicorn", "cloudportal.asgi:application", "--port", str(port), "--lifespan", "off"]
    process = start("web", command, lambda log: answers(port))
    assert listening(process) == {f"0100007F:{port:04X}"}


def test_nothing_but_json_is_taken_from_the_broker():
    assert (app.conf.accept_content, app.conf.task_serializer, app.conf.result_backend) == (
        ["json"],
        "json",
        None,
    )
    kind, encoding, data = dumps({"a": 1}, serializer="pickle")
    with pytest.raises(ContentDisallowed):
        loads(data, kind, encoding, accept=app.conf.accept_content)


@pytest.mark.parametrize("name", SAFE_FROM)
def test_what_we_stand_on_is_past_its_known_holes(name):
    assert Version(version(name)) >= Version(SAFE_FROM[name])


def test_nothing_is_open_by_default():
    assert (settings.DEBUG, settings.TRUSTED_PROXIES, "*" in settings.ALLOWED_HOSTS) == (False, [], False)
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
