"""Where the demonstration lives: one directory with its database, its secrets and its logs, and its ports."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from deploy.services import daemon

# The first ports to try: people remember 8000.
PORTS = {"web": 8000, "directory": 3890, "directory_tls": 6360}
# What people may still choose for themselves; every other variable of the portal is ours here.
FREE_VARIABLES = {"PORTAL_LOG_LEVEL", "PORTAL_DEMO"}


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

    def password(self, whose: str) -> str:
        """This person's password, made at the first question and kept in a file that only we may read."""
        path = self.directory / "passwords.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        if whose not in known:
            known[whose] = secrets.token_urlsafe(9)
            path.touch(mode=0o600)
            path.write_text(json.dumps(known, indent=1))
        return str(known[whose])


def directory() -> Path:
    """Where the demonstration is, whatever portal this environment is set up for."""
    return Path(os.environ.get("PORTAL_DEMO") or settings.BASE_DIR / "var" / "demo").resolve()


def environment() -> dict[str, str]:
    """Our environment with the demonstration's portal in it and no trace of any other: nobody seeds a real one."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PORTAL_") or name in FREE_VARIABLES
    }
    return {**kept, "PORTAL_STATE": str(directory()), "DJANGO_SETTINGS_MODULE": "cloudportal.settings"}


def open_place() -> Place:
    """The directory, made if need be, with ports that are free now: those of the last run where possible."""
    where = directory()
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = where / "ports.json"
    wanted = PORTS | (json.loads(kept.read_text()) if kept.exists() else {})
    ports = {name: daemon.free_port() if daemon.listens(port) else port for name, port in wanted.items()}
    kept.write_text(json.dumps(ports))
    return Place(directory=where, ports=ports)
