"""A private NFS server that exports one directory. It meets neither a kernel's NFS nor the machine's own rpcbind.

Needs root and util-linux. It speaks NFS 3 beside 4: libnfs 4.0, which the tests mount with, cannot write more than
4 KiB at a time by version 4.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from deploy.services import daemon
from deploy.services.daemon import Daemon

STOP_SECONDS = 2.0
READY = "NFS SERVER INITIALIZED"

# Without Only_Numeric_Owners it would ask for a domain of its own to name owners in. It is told to remember nothing of
# its files, for tests change them behind its back.
CONFIGURATION = """\
NFS_CORE_PARAM {{
    Protocols = 3, 4;
    NFS_Port = {port};
    MNT_Port = {mount_port};
    Bind_addr = 127.0.0.1;
    Enable_NLM = false;
    Enable_RQUOTA = false;
    Enable_UDP = false;
    mount_path_pseudo = true;
}}
MDCACHE {{ Dir_Chunk = 0; }}
NFSV4 {{ Graceless = true; RecoveryRoot = "{directory}/recovery"; Only_Numeric_Owners = true; }}
EXPORT {{
    Export_Id = 1;
    Path = "{directory}/files";
    Pseudo = "/export";
    Access_Type = RW;
    Squash = No_Root_Squash;
    SecType = sys;
    Transports = TCP;
    Protocols = 3, 4;
    PrivilegedPort = false;
    Attr_Expiration_Time = 0;
    FSAL {{ Name = VFS; }}
}}
"""

# It does not serve NFS 3 before it has told an rpcbind. Theirs listens in a /run of their own, and by its netconfig
# on no port.
# The shell stays: the kernel forgets whom rpcbind was to die with when that takes another user.
APART = """
mount -t tmpfs tmpfs /run && mount --bind "$0/netconfig" /etc/netconfig || exit 1
rpcbind -f &
trap "kill $!" TERM
wait $!
"""
BESIDE = """
umount /etc/netconfig
exec ganesha.nfsd -F -f "$0/ganesha.conf" -L STDERR -p "$0/ganesha.pid" -N NIV_EVENT
"""
NETCONFIG = "local tpi_cots_ord - loopback - - -\n"


@dataclass(frozen=True)
class Ganesha:
    """A running server; `files` is the directory that it exports as `export`, `options` are for mounting that."""

    daemon: Daemon
    rpcbind: Daemon
    directory: Path
    port: int
    mount_port: int
    server: str = "127.0.0.1"
    export: str = "/export"

    @property
    def files(self) -> Path:
        return self.directory / "files"

    @property
    def options(self) -> str:
        return f"nfsvers=3,port={self.port},mountport={self.mount_port}"

    def frozen(self) -> AbstractContextManager[None]:
        """The server takes connections and calls and answers none."""
        return daemon.frozen(self.daemon.process.pid)


def start(directory: Path, *, port: int | None = None, mount_port: int | None = None) -> Ganesha:
    """Start a server and return when it serves; what was in its directory before is exported again.

    Raises NotStarted.
    """
    port, mount_port = port or daemon.free_port(), mount_port or daemon.free_port()
    for part in ("files", "recovery"):
        (directory / part).mkdir(parents=True, exist_ok=True)
    (directory / "ganesha.conf").write_text(
        CONFIGURATION.format(directory=directory, port=port, mount_port=mount_port)
    )
    (directory / "netconfig").write_text(NETCONFIG)
    rpcbind = _start_rpcbind(directory)
    log = directory / "ganesha.log"
    log.unlink(missing_ok=True)
    try:
        running = daemon.start(
            "ganesha",
            ["nsenter", f"--mount=/proc/{rpcbind.process.pid}/ns/mnt", "sh", "-c", BESIDE, str(directory)],
            log=log,
            ready=lambda: READY in log.read_text(errors="replace"),
        )
    except BaseException:
        daemon.stop(rpcbind)
        raise
    return Ganesha(running, rpcbind, directory, port, mount_port)


def stop(ganesha: Ganesha) -> None:
    """End the server. May be called again."""
    daemon.stop(ganesha.daemon, seconds=STOP_SECONDS)
    daemon.stop(ganesha.rpcbind, seconds=STOP_SECONDS)


def _start_rpcbind(directory: Path) -> Daemon:
    apart = ("unshare", "--mount", "--propagation", "private", "sh", "-c", APART, str(directory))
    rpcbind = daemon.spawn("rpcbind", apart, log=directory / "rpcbind.log")
    # Seen by its own eyes, once its /run is another than the machine's.
    seen = Path("/proc", str(rpcbind.process.pid))
    mounts, socket = seen / "mounts", seen / "root" / "run" / "rpcbind.sock"
    try:
        daemon.wait_until_ready(rpcbind, lambda: "/etc/netconfig" in mounts.read_text() and socket.exists())
    except BaseException:
        daemon.stop(rpcbind)
        raise
    return rpcbind
