"""The demonstration as people start it, for whole journeys through it: `manage.py demo`, ended by Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.services import daemon
from tests.architecture.sources import ROOT
from tests.support.processes import wait_until

READY = "Ctrl-C ends it all."


@dataclass(frozen=True)
class Demonstration:
    """One that serves. `said` is what it has printed so far."""

    directory: Path
    url: str
    port: int
    process: subprocess.Popen
    output: Path

    @property
    def said(self):
        return self.output.read_text()

    def password(self, username):
        return json.loads((self.directory / "passwords.json").read_text())[username]


def start(place, *options, seconds=240.0):
    """Runs it in `place` and returns when it says that it is ready; an AssertionError shows what it said instead."""
    place.mkdir(parents=True, exist_ok=True)
    port, output = daemon.free_port(), place / "output"
    with output.open("wb") as kept:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port), *options],
            cwd=ROOT,
            env={**os.environ, "PORTAL_DEMO": str(place / "demo")},
            stdin=subprocess.DEVNULL,
            stdout=kept,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    started = Demonstration(directory_of(place, options), f"http://127.0.0.1:{port}", port, process, output)
    try:
        wait_until(lambda: READY in started.said or process.poll() is not None, seconds=seconds)
        assert process.poll() is None, started.said
    except BaseException:
        end(started)
        raise
    return started


def end(demonstration):
    """Presses Ctrl-C, and gives the exit code once everything is cleared away."""
    demonstration.process.send_signal(signal.SIGINT)
    return demonstration.process.wait(60)


def directory_of(place, options):
    return place / ("demo-simulated" if "--simulated" in options else "demo")
