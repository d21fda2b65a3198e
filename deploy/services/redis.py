"""A private Redis that keeps nothing on disk."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from deploy.services import daemon
from deploy.services.daemon import Daemon

# Debian's redis-tools has the one binary that all of Redis is; the name that it is called by makes it the server.
PROGRAM = "/usr/bin/redis-check-rdb"


@dataclass(frozen=True)
class Redis:
    """A running server; `url` has its password."""

    daemon: Daemon
    port: int
    url: str

    @property
    def environment(self) -> dict[str, str]:
        """What makes the portal use this server as its broker."""
        return {"PORTAL_BROKER": self.url}


def start(directory: Path) -> Redis:
    """Start an empty server and return when it answers. Raises NotStarted."""
    directory.mkdir(parents=True, exist_ok=True)
    password, port = secrets.token_urlsafe(24), daemon.free_port()
    configuration = directory / "redis.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f"bind 127.0.0.1\nport {port}\ndir {directory}\nsave ''\nappendonly no\nrequirepass {password}\n"
    )
    running = daemon.start(
        "redis",
        ["bash", "-c", 'exec -a redis-server "$0" "$1"', PROGRAM, str(configuration)],
        log=directory / "redis.log",
        ready=lambda: daemon.listens(port),
    )
    return Redis(daemon=running, port=port, url=f"redis://:{password}@127.0.0.1:{port}/0")


def stop(redis: Redis) -> None:
    """End the server. May be called again."""
    daemon.stop(redis.daemon)
