"""Where the demonstration lives: one directory with its database, its secrets and its logs, and its ports."""

import fcntl
import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from deploy.services import daemon

# The first ports to try: people remember 8000.
PORTS = {"web": 8000, "directory": 3890, "directory_tls": 6360}
# What people may still choose for themselves; every other variable of the portal is ours here.
FREE_VARIABLES = {"PORTAL_LOG_LEVEL", "PORTAL_DEMO"}
SIMULATED = "-simulated"


class Unusable(Exception):
    """The demonstration cannot live here like this; the message says why and what to do."""


@dataclass(frozen=True)
class Place:
    """A directory, and the ports that the demonstration in it uses."""

    directory: Path
    ports: Mapping[str, int]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['web']}"

    @property
    def logs(self) -> Path:
        return self.directory / "log"

    @property
    def outage(self) -> Path:
        """Which instances ran when the demonstration was ended."""
        return self.directory / "ran-last.json"

    def password(self, whose: str) -> str:
        """This person's password, made at the first question and kept in a file that only we may read."""
        path = self.directory / "passwords.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        if whose not in known:
            known[whose] = secrets.token_urlsafe(9)
            path.touch(mode=0o600)
            path.write_text(json.dumps(known, indent=1))
        return str(known[whose])


def directory(*, simulated: bool = False) -> Path:
    """Where the demonstration is, whatever portal this environment is set up for; simulated hosts have their own."""
    chosen = Path(os.environ.get("PORTAL_DEMO") or settings.BASE_DIR / "var" / "demo").resolve()
    return chosen.with_name(chosen.name + SIMULATED) if simulated else chosen


def environment(where: Path) -> dict[str, str]:
    """Our environment with the portal of that directory in it and no trace of any other: nobody seeds a real one."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PORTAL_") or name in FREE_VARIABLES
    }
    return {**kept, "PORTAL_STATE": str(where), "DJANGO_SETTINGS_MODULE": "cloudportal.settings"}


def move_into(where: Path) -> None:
    """Returns in a process whose settings are those of that directory's own portal: if need be, begins anew as one."""
    wanted = environment(where)
    ours = {name: value for name, value in os.environ.items() if _is_ours(name)}
    if ours != {name: value for name, value in wanted.items() if _is_ours(name)}:
        os.execve(sys.executable, [sys.executable, *sys.argv], wanted)  # noqa: S606


@contextmanager
def open_place(where: Path, *, web_port: int | None = None) -> Iterator[Place]:
    """The directory, made if need be and ours alone until the end, with ports that are free now: those of the last
    run where possible.

    Raises Unusable when `web_port` is taken, when somebody has the directory, or when it was moved here from elsewhere.
    """
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Where an installation collects its files for browsers; the web server warns when it is missing.
    (where / "static").mkdir(exist_ok=True)
    with (where / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unusable(f"A demonstration runs in {where} already. End that one first.") from None
        yield Place(directory=where, ports=_ports(where, web_port))


def _ports(where: Path, web_port: int | None) -> dict[str, int]:
    kept = where / "place.json"
    nothing: dict[str, Any] = {"directory": str(where), "ports": {}}
    last = json.loads(kept.read_text()) if kept.exists() else nothing
    if last["directory"] != str(where):
        raise Unusable(
            f"The demonstration in {where} was made in {last['directory']}, and much in it remembers that place. "
            "Remove the directory; a new one is made in its place."
        )
    if web_port is not None and daemon.listens(web_port):
        raise Unusable(f"Something else listens on port {web_port}. Choose another.")
    wanted: dict[str, int] = {**PORTS, **last["ports"]}
    if web_port is not None:
        wanted["web"] = web_port
    ports = {name: daemon.free_port() if daemon.listens(port) else port for name, port in wanted.items()}
    kept.write_text(json.dumps({"directory": str(where), "ports": ports}))
    return ports


def _is_ours(name: str) -> bool:
    return name.startswith("PORTAL_") or name == "DJANGO_SETTINGS_MODULE"
