"""A private MariaDB server with one user who may make databases."""

import getpass
import secrets
from dataclasses import dataclass
from pathlib import Path

from deploy.commands import Refused, feed
from deploy.services import daemon
from deploy.services.daemon import Daemon

USER = "portal"
DATABASE = "portal"
# Not worth a synced write, a binary log or statistics: nobody needs these rows after a crash.
OPTIONS = [
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=128M",
    "--innodb-log-file-size=32M",
    "--skip-log-bin",
    "--performance-schema=0",
    "--skip-name-resolve",
    "--character-set-server=utf8mb4",
    "--max-connections=500",
]


@dataclass(frozen=True)
class MariaDB:
    """A running server, reached through its socket or its port."""

    daemon: Daemon
    socket: Path
    port: int
    password: str

    @property
    def environment(self) -> dict[str, str]:
        """What makes the portal use this server."""
        return {
            "PORTAL_DATABASE": f"mysql://{USER}@localhost/{DATABASE}?unix_socket={self.socket}",
            "PORTAL_DATABASE_PASSWORD": self.password,
        }


def start(directory: Path) -> MariaDB:
    """Make an empty server in the directory, with the database, and return when it answers.

    Raises NotStarted, or Refused when the files or the database cannot be made.
    """
    directory.mkdir(parents=True, exist_ok=True)
    me = getpass.getuser()
    socket = directory / "mariadb.sock"
    port = daemon.free_port()
    files = [f"--datadir={directory / 'data'}", f"--user={me}"]
    # The administrator is whoever comes through the socket as us: there is no password to pass around.
    access = ["--auth-root-authentication-method=socket", f"--auth-root-socket-user={me}", "--skip-test-db"]
    # Forced, or it insists on a resolver that knows this machine's name.
    feed(["mariadb-install-db", "--no-defaults", *files, *access, "--force"])
    addresses = [f"--socket={socket}", f"--port={port}", "--bind-address=127.0.0.1"]
    addresses.append(f"--pid-file={directory / 'mariadb.pid'}")
    running = daemon.start(
        "mariadbd",
        ["/usr/sbin/mariadbd", "--no-defaults", *files, *OPTIONS, *addresses],
        log=directory / "mariadb.log",
        ready=lambda: _answers(socket),
    )
    mariadb = MariaDB(daemon=running, socket=socket, port=port, password=secrets.token_urlsafe(24))
    grant = f"GRANT ALL ON *.* TO {USER}@'%' IDENTIFIED BY '{mariadb.password}';"
    try:
        feed(_client(socket), f"CREATE DATABASE {DATABASE}; {grant}")
    except Refused:
        stop(mariadb)
        raise
    return mariadb


def stop(mariadb: MariaDB) -> None:
    """End the server. Its files stay where they are. May be called again."""
    daemon.stop(mariadb.daemon)


def _client(socket: Path) -> list[str]:
    return ["mariadb", "--no-defaults", "--batch", f"--socket={socket}"]


def _answers(socket: Path) -> bool:
    try:
        return bool(feed(_client(socket), "SELECT 1"))
    except Refused:
        return False
