"""A private MariaDB server with one user who may make databases."""

import getpass
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

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

    Raises NotStarted, or CalledProcessError when the files cannot be made.
    """
    directory.mkdir(parents=True, exist_ok=True)
    me = getpass.getuser()
    socket = directory / "mariadb.sock"
    port = daemon.free_port()
    files = [f"--datadir={directory / 'data'}", f"--user={me}"]
    # The administrator is whoever comes through the socket as us: there is no password to pass around.
    access = ["--auth-root-authentication-method=socket", f"--auth-root-socket-user={me}", "--skip-test-db"]
    subprocess.run(
        ["mariadb-install-db", "--no-defaults", *files, *access, "--skip-name-resolve"],
        check=True,
        capture_output=True,
    )
    addresses = [f"--socket={socket}", f"--port={port}", "--bind-address=127.0.0.1"]
    addresses.append(f"--pid-file={directory / 'mariadb.pid'}")
    running = daemon.start(
        "mariadbd",
        ["/usr/sbin/mariadbd", "--no-defaults", *files, *OPTIONS, *addresses],
        log=directory / "mariadb.log",
        ready=lambda: _ask(socket, "SELECT 1").returncode == 0,
    )
    mariadb = MariaDB(daemon=running, socket=socket, port=port, password=secrets.token_urlsafe(24))
    made = _ask(
        socket,
        f"CREATE DATABASE {DATABASE}; GRANT ALL ON *.* TO {USER}@'%' IDENTIFIED BY '{mariadb.password}';",
    )
    if made.returncode:
        stop(mariadb)
        raise daemon.NotStarted(f"MariaDB refused to make the database: {made.stderr.strip()}")
    return mariadb


def stop(mariadb: MariaDB) -> None:
    """End the server. Its files stay where they are. May be called again."""
    daemon.stop(mariadb.daemon)


def _ask(socket: Path, statements: str) -> subprocess.CompletedProcess[str]:
    command = ["mariadb", "--no-defaults", "--batch", f"--socket={socket}"]
    return subprocess.run(command, input=statements, text=True, capture_output=True, check=False)
