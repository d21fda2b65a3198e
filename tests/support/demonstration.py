"""The demonstration as people start it, for whole journeys through it: `manage.py demo`, ended by Ctrl-C."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from deploy.services import daemon
from tests.architecture.sources import ROOT
from tests.support.processes import wait_until

READY = "Ctrl-C ends it all."
READY_SECONDS = 300.0
END_SECONDS = 60.0


class Demonstration:
    """One in a directory of its own, which may be started and ended again and again."""

    def __init__(self, place, *options):
        self.directory = place / ("demo-simulated" if "--simulated" in options else "demo")
        self.port = daemon.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._place = place
        self._options = options
        self._process = None

    @property
    def said(self):
        """What it has printed since its last start."""
        return (self._place / "output").read_text()

    @property
    def hello(self):
        """Where the first instance answers."""
        return re.search(r"Instance hello: +http://([0-9.]+)/", self.said)[1]

    def password(self, username):
        return json.loads((self.directory / "passwords.json").read_text())[username]

    def start(self):
        """Returns when it says that it is ready; an AssertionError shows what it said instead."""
        with (self._place / "output").open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--port", str(self.port), *self._options],
                cwd=ROOT,
                env={**os.environ, "PORTAL_DEMO": str(self._place / "demo")},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(lambda: READY in self.said or self._process.poll() is not None, seconds=READY_SECONDS)
        assert self._process.poll() is None, self.said

    def end(self):
        """Presses Ctrl-C, and gives the exit code once everything is cleared away. May be called again."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(END_SECONDS)

    def left_behind(self):
        """Processes that name its directory, mounts of it, and bridges that its networks were laid on."""
        words = str(self._place).encode()
        processes = [path for path in Path("/proc").glob("[0-9]*") if words in _words_of(path)]
        mounts = [line for line in Path("/proc/mounts").read_text().splitlines() if str(self._place) in line]
        laid = (self.directory / "libvirt" / "etc" / "qemu" / "networks").glob("*.xml")
        bridges = {name for path in laid for name in re.findall(r"<bridge name='([^']+)'", path.read_text())}
        return processes, mounts, [name for name in bridges if (Path("/sys/class/net") / name).exists()]


def _words_of(process):
    """Command line and environment, as far as we may see them: what we started, we may."""
    try:
        return (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return b""
