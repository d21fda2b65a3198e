"""A private libvirtd: its own directories, process and mount namespace, so that it meets no other on the
machine.

Needs root, util-linux and libvirt-daemon. Guests and bridges live in the machine's own network namespace.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.services import cgroups

READY_SECONDS = 30.0
STOP_SECONDS = 10.0
# The socket's path must fit into sun_path (108 bytes, unix(7)) with its terminating zero.
SOCKET_PATH_LIMIT = 107

# What a KVM host's libvirtd runs in place of Debian's own, by Debian's alternatives; see docs/configuration.md.
HOST_PROGRAMS = Path(__file__).resolve().parent.parent / "host"
ALTERNATIVES = Path("/etc/alternatives")

MOUNTS = {
    "etc": "/etc/libvirt",
    "lib": "/var/lib/libvirt",
    "cache": "/var/cache/libvirt",
    "run": "/run/libvirt",
    "log": "/var/log/libvirt",
}

# libvirtd as Debian builds it does not start without the user that libvirt-daemon-system makes, although it
# never uses it here. It sees that user; the machine gets none. The number is the one that Debian reserves for
# it.
ACCOUNTS = {
    "passwd": ("/etc/passwd", "libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin"),
    "group": ("/etc/group", "libvirt-qemu:x:64055:"),
}

DAEMON_CONFIGURATION = """\
auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_rw_perms = "0700"
"""

# stdio_handler: without it libvirtd needs virtlogd for every guest.
QEMU_CONFIGURATION = """\
security_driver = "none"
user = "root"
group = "root"
namespaces = []
cgroup_controllers = [{controllers}]
stdio_handler = "file"
"""

# The shell stays as the first process of its namespace: libvirtd's orphans (QEMU, dnsmasq) become its
# children, and `wait` reaps them. Its end is the end of them all, unless the daemon is away (`away`): then its guests
# live on, and it is started again when it may come back.
INSIDE = """
set -e
directory=$1
shift
while [ $# -gt 0 ]; do mount --bind "$1" "$2"; shift 2; done
[ -z "$HELPERS" ] || mount -t overlay -o "lowerdir=$HELPERS:/usr/sbin" overlay /usr/sbin
while :; do
    libvirtd --pid-file /run/libvirt/libvirtd.pid $LISTEN &
    daemon=$!
    while kill -0 "$daemon" 2>/dev/null; do wait "$daemon" || true; done
    [ -e "$directory/away" ] || break
    while [ -e "$directory/away" ]; do sleep 0.05; done
done
"""


@dataclass(frozen=True)
class TlsListener:
    """Where the daemon listens beside its socket, on this machine only. Clients must show a certificate of
    the authority.

    All three are PEM files.
    """

    port: int
    authority: Path
    certificate: Path
    key: Path


class NotStarted(RuntimeError):
    """The daemon did not come up; the message holds the end of its log."""


@dataclass(frozen=True)
class Libvirtd:
    """A running daemon. `uri` is what a driver's settings take."""

    directory: Path
    process: subprocess.Popen[bytes]

    @property
    def socket_path(self) -> Path:
        return socket_path(self.directory)

    @property
    def uri(self) -> str:
        return uri(self.directory)


def uri(directory: Path) -> str:
    """The connection address of the daemon of that directory."""
    return f"qemu+unix:///system?socket={socket_path(directory)}"


def socket_path(directory: Path) -> Path:
    """Where the daemon of that directory listens."""
    return directory / "run" / "libvirt-sock"


def programs(directory: Path) -> Path:
    """The alternatives among programs as the daemon of that directory sees them."""
    return directory / "alternatives"


def start(
    directory: Path,
    *,
    tls: TlsListener | None = None,
    helpers: Path | None = None,
    ready_seconds: float = READY_SECONDS,
) -> Libvirtd:
    """Start a daemon that keeps all its files in the directory, and return when it answers.

    It ends with `stop`, and also when the calling thread dies. What an earlier daemon of that directory left
    running is removed first; its pools, networks and guests are still defined. It finds what is in the directory
    `helpers` in /usr/sbin, beside what the machine has there. Raises NotStarted.
    """
    if len(str(socket_path(directory))) > SOCKET_PATH_LIMIT:
        raise NotStarted(f"The path of the socket is too long; choose a shorter directory than {directory}.")
    sweep(directory)
    _lay_out(directory, tls)
    process = _spawn(directory, helpers, listens=tls is not None)
    libvirtd = Libvirtd(directory=directory, process=process)
    try:
        _wait_until_ready(libvirtd, tls, ready_seconds)
    except NotStarted:
        stop(libvirtd)
        raise
    return libvirtd


def stop(libvirtd: Libvirtd) -> None:
    """End the daemon with all its guests, and remove its bridges. May be called again."""
    process = libvirtd.process
    if process.poll() is None:
        _kill_namespace(process)
    process.wait()
    sweep(libvirtd.directory)


@contextmanager
def away(libvirtd: Libvirtd, *, ready_seconds: float = READY_SECONDS) -> Iterator[None]:
    """Kill the daemon, let its guests live on without it, and start it again at the end.

    Whoever was connected to it is so no more. Raises NotStarted.
    """
    mark = libvirtd.directory / "away"
    mark.touch()
    os.kill(daemon_pid(libvirtd), signal.SIGKILL)
    socket_path(libvirtd.directory).unlink(missing_ok=True)
    try:
        yield
    finally:
        mark.unlink()
        _wait_until_ready(libvirtd, None, ready_seconds)


def daemon_pid(libvirtd: Libvirtd) -> int:
    """The daemon's id as seen from here; its own pid file holds that of its namespace."""
    (shell,) = _children(libvirtd.process.pid)
    return next(
        pid for pid in _children(shell) if Path(f"/proc/{pid}/comm").read_text().strip() == "libvirtd"
    )


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def sweep(directory: Path) -> None:
    """Remove what a daemon of that directory left behind when it was killed: its bridges and its socket."""
    for bridge in _bridges(directory):
        subprocess.run(["ip", "link", "delete", bridge], check=False, capture_output=True)
    socket_path(directory).unlink(missing_ok=True)
    cgroups.remove(directory)


def _lay_out(directory: Path, tls: TlsListener | None) -> None:
    shutil.rmtree(directory / "run", ignore_errors=True)
    for part, place in MOUNTS.items():
        (directory / part).mkdir(parents=True, exist_ok=True)
        Path(place).mkdir(parents=True, exist_ok=True)
    # The host's own id: the same whenever a daemon is started there, and another elsewhere.
    host_uuid = uuid.uuid5(uuid.NAMESPACE_URL, directory.as_uri())
    lines = [DAEMON_CONFIGURATION, f'host_uuid = "{host_uuid}"', *_listening(tls)]
    (directory / "etc" / "libvirtd.conf").write_text("\n".join(lines) + "\n")
    controllers = ", ".join(f'"{name}"' for name in cgroups.CONTROLLERS) if cgroups.roots() else ""
    (directory / "etc" / "qemu.conf").write_text(QEMU_CONFIGURATION.format(controllers=controllers))
    shutil.rmtree(programs(directory), ignore_errors=True)
    shutil.copytree(ALTERNATIVES, programs(directory), symlinks=True)
    for program in HOST_PROGRAMS.iterdir():
        (programs(directory) / program.name).unlink(missing_ok=True)
        (programs(directory) / program.name).symlink_to(program)
    for name, (place, line) in ACCOUNTS.items():
        lines = Path(place).read_text().splitlines()
        known = any(existing.startswith("libvirt-qemu:") for existing in lines)
        (directory / name).write_text("\n".join(lines if known else [*lines, line]) + "\n")


def _listening(tls: TlsListener | None) -> list[str]:
    if tls is None:
        return []
    return [
        "listen_tls = 1",
        'listen_addr = "127.0.0.1"',
        f'tls_port = "{tls.port}"',
        f'ca_file = "{tls.authority}"',
        f'cert_file = "{tls.certificate}"',
        f'key_file = "{tls.key}"',
    ]


def _spawn(directory: Path, helpers: Path | None, *, listens: bool) -> subprocess.Popen[bytes]:
    places = {directory / part: place for part, place in MOUNTS.items()}
    places |= {directory / name: place for name, (place, _) in ACCOUNTS.items()}
    places[programs(directory)] = str(ALTERNATIVES)
    places |= {group: str(root) for group, root in cgroups.ensure(directory).items()}
    command = ["setpriv", "--pdeathsig", "KILL"]
    command += [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
    ]
    command += ["sh", "-c", INSIDE, "libvirtd", str(directory)]
    command += [str(word) for pair in places.items() for word in pair]
    with (directory / "log" / "libvirtd.log").open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={
                **os.environ,
                "LISTEN": "--listen" if listens else "",
                "HELPERS": str(helpers or ""),
            },
        )


def _kill_namespace(process: subprocess.Popen[bytes]) -> None:
    first = [os.pidfd_open(child) for child in _children(process.pid)]
    # unshare holds SIGTERM off while its child lives; its death kills the child by --kill-child.
    process.kill()
    # The first process of the namespace is gone only when all the others are (pid_namespaces(7)).
    select.select(first, [], [], STOP_SECONDS)
    for descriptor in first:
        os.close(descriptor)


def _wait_until_ready(libvirtd: Libvirtd, tls: TlsListener | None, ready_seconds: float) -> None:
    end = time.monotonic() + ready_seconds
    while time.monotonic() < end and libvirtd.process.poll() is None:
        if _answers(libvirtd.socket_path) and (tls is None or _listens(tls)):
            return
        time.sleep(0.02)
    log = (libvirtd.directory / "log" / "libvirtd.log").read_text(errors="replace")
    raise NotStarted(f"libvirtd did not answer within {ready_seconds:g} s. The end of its log: {log[-1000:]}")


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _listens(tls: TlsListener) -> bool:
    # Later than the socket, which is opened first.
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", tls.port)) == 0


def _bridges(directory: Path) -> set[str]:
    # What is defined, and what runs: a network that is being removed may be only the latter.
    files = [
        *(directory / "etc" / "qemu" / "networks").glob("*.xml"),
        *(directory / "run" / "network").glob("*.xml"),
    ]
    texts = [path.read_text(errors="replace") for path in files]
    return {name for text in texts for name in re.findall(r"<bridge name='([^'/]{1,15})'", text)}
