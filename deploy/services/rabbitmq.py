"""A private RabbitMQ node with one user."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from deploy.services import daemon
from deploy.services.daemon import Daemon

# Debian's own wrapper in /usr/sbin insists on root and on the system's node.
PROGRAM = "/usr/lib/rabbitmq/bin/rabbitmq-server"
USER = "portal"


@dataclass(frozen=True)
class RabbitMQ:
    """A running node with the port mapper that Erlang wants; `url` has its password."""

    daemon: Daemon
    port_mapper: Daemon
    port: int
    url: str

    @property
    def environment(self) -> dict[str, str]:
        """What makes the portal use this node as its broker."""
        return {"PORTAL_BROKER": self.url}


def start(directory: Path) -> RabbitMQ:
    """Start an empty node and return when it accepts connections, after about six seconds. Raises NotStarted."""
    directory.mkdir(parents=True, exist_ok=True)
    password, port, mapper_port = secrets.token_urlsafe(24), daemon.free_port(), daemon.free_port()
    # Left to itself, Erlang starts a port mapper that stays for ever.
    port_mapper = daemon.start(
        "epmd",
        ["epmd", "-address", "127.0.0.1", "-port", str(mapper_port)],
        log=directory / "epmd.log",
        ready=lambda: daemon.listens(mapper_port),
    )
    try:
        running = daemon.start(
            "rabbitmq",
            [PROGRAM],
            log=directory / "rabbitmq.log",
            ready=lambda: daemon.listens(port),
            environment=_environment(directory, port, mapper_port, _configure(directory, password)),
        )
    except daemon.NotStarted:
        daemon.stop(port_mapper)
        raise
    return RabbitMQ(running, port_mapper, port, f"amqp://{USER}:{password}@127.0.0.1:{port}//")


def stop(rabbitmq: RabbitMQ) -> None:
    """End the node and its port mapper. May be called again."""
    daemon.stop(rabbitmq.daemon)
    daemon.stop(rabbitmq.port_mapper)


def _configure(directory: Path, password: str) -> Path:
    """The node's configuration, which has it load the user; only the hash of the password is written."""
    user = {
        "name": USER,
        "password_hash": _hashed(password),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
    }
    permission = {"user": USER, "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}
    definitions = directory / "definitions.json"
    definitions.write_text(
        json.dumps({"users": [{**user, "tags": []}], "vhosts": [{"name": "/"}], "permissions": [permission]})
    )
    configuration = directory / "rabbitmq.conf"
    configuration.write_text(f"load_definitions = {definitions}\n")
    return configuration


def _environment(directory: Path, port: int, mapper_port: int, configuration: Path) -> dict[str, str]:
    return {
        # Erlang keeps its cookie in the home directory; ours must not be that of another node.
        "HOME": str(directory),
        # By address: Erlang would look even "localhost" up, and not every machine can.
        "RABBITMQ_NODENAME": f"portal{port}@127.0.0.1",
        "RABBITMQ_USE_LONGNAME": "true",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(daemon.free_port()),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_MNESIA_BASE": str(directory / "mnesia"),
        "RABBITMQ_LOG_BASE": str(directory / "log"),
        "RABBITMQ_PID_FILE": str(directory / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "plugins"),
        "RABBITMQ_CONFIG_FILE": str(configuration),
        "ERL_EPMD_PORT": str(mapper_port),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }


def _hashed(password: str) -> str:
    """RabbitMQ's own form (its manual, "Passwords"): base64 of salt and SHA-256 of salt and password."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
