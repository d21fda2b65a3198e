"""A mount.nfs for machines whose kernel has no NFS: libnfs, a client in user space, behind FUSE. Run as a program.

As mount.nfs(8) it is called with `server:/export directory [-o options]`, says on standard error what went wrong, and
ends with 32 then. It serves until the directory is unmounted, one call at a time, as libnfs's plain calls want it.
"""

import ctypes
import os
import socket
import stat
import sys
from ctypes import POINTER, c_char_p, c_int, c_uint64, c_ulong, c_void_p

import mfusepy

FAILED = 32
# How much of a file one message to the server carries at most; more than 1 MiB no server takes.
MOST_BYTES = 1 << 20
ACCESS = os.O_RDONLY | os.O_WRONLY | os.O_RDWR
TIMES = ("atime", "mtime", "ctime")
URL_PARTS = {"port": "nfsport", "mountport": "mountport", "nfsvers": "version", "vers": "version"}


class Stat(ctypes.Structure):
    """struct nfs_stat_64 of nfsc/libnfs.h."""

    _fields_ = [
        (name, c_uint64)
        for name in (
            *("dev", "ino", "mode", "nlink", "uid", "gid", "rdev", "size", "blksize", "blocks"),
            *("atime", "mtime", "ctime", "atime_nsec", "mtime_nsec", "ctime_nsec", "used"),
        )
    ]


class Room(ctypes.Structure):
    """struct statvfs of the C library."""

    _fields_ = [
        *((name, c_ulong) for name in ("f_bsize", "f_frsize")),
        *((name, c_uint64) for name in ("f_blocks", "f_bfree", "f_bavail", "f_files", "f_ffree", "f_favail")),
        *((name, c_ulong) for name in ("f_fsid", "f_flag", "f_namemax")),
        ("spare", c_int * 6),
    ]


class Entry(ctypes.Structure):
    """The beginning of struct nfsdirent, which is all that is read."""


Entry._fields_ = [("next", POINTER(Entry)), ("name", c_char_p)]

CALLS = {
    "nfs_lstat64": (c_char_p, c_void_p),
    "nfs_statvfs": (c_char_p, c_void_p),
    "nfs_opendir": (c_char_p, c_void_p),
    "nfs_open": (c_char_p, c_int, c_void_p),
    "nfs_open2": (c_char_p, c_int, c_int, c_void_p),
    "nfs_close": (c_void_p,),
    "nfs_pread": (c_void_p, c_uint64, c_uint64, c_void_p),
    "nfs_pwrite": (c_void_p, c_uint64, c_uint64, c_char_p),
    "nfs_truncate": (c_char_p, c_uint64),
    "nfs_unlink": (c_char_p,),
    "nfs_mkdir2": (c_char_p, c_int),
    "nfs_rmdir": (c_char_p,),
    "nfs_rename": (c_char_p, c_char_p),
    "nfs_chmod": (c_char_p, c_int),
    "nfs_chown": (c_char_p, c_int, c_int),
    "nfs_mount": (c_char_p, c_char_p),
}


class Refusal(Exception):
    """Why the export cannot be mounted, in mount.nfs's words."""


class Server:
    """One mounted export. Its calls raise the server's fault as FUSE wants it."""

    def __init__(self, server, export, options):
        self.library = ctypes.CDLL("libnfs.so.13")
        for name in ("nfs_init_context", "nfs_parse_url_dir"):
            getattr(self.library, name).restype = c_void_p
        self.library.nfs_get_error.restype = c_char_p
        self.library.nfs_readdir.restype = POINTER(Entry)
        for name, arguments in CALLS.items():
            getattr(self.library, name).argtypes = (c_void_p, *arguments)
        self.context = c_void_p(self.library.nfs_init_context())
        self._set(server, export, options)
        _knock(server, int(options.get("port", 2049)))
        if self.library.nfs_mount(self.context, server.encode(), export.encode()) < 0:
            raise Refusal(self._reason(f"{server}:{export}"))
        sizes = (self.library.nfs_get_readmax, self.library.nfs_get_writemax)
        for size in sizes:
            size.restype = c_uint64
        self.read_bytes, self.write_bytes = (
            min(size(self.context) or MOST_BYTES, MOST_BYTES) for size in sizes
        )

    def call(self, name, *arguments):
        """What libnfs answers, when it is no fault."""
        answer = getattr(self.library, name)(self.context, *arguments)
        if answer < 0:
            raise mfusepy.FuseOSError(-answer)
        return answer

    def opened(self, name, *arguments):
        """The handle that such a call gives."""
        handle = c_void_p()
        self.call(name, *arguments, ctypes.byref(handle))
        return handle

    def names_in(self, path):
        directory = self.opened("nfs_opendir", path)
        names = []
        while entry := self.library.nfs_readdir(self.context, directory):
            names.append(entry.contents.name.decode())
        self.library.nfs_closedir(self.context, directory)
        return names

    def _set(self, server, export, options):
        words = [
            f"{URL_PARTS[name]}={value.split('.')[0]}" for name, value in options.items() if name in URL_PARTS
        ]
        url = f"nfs://{server}{export}?{'&'.join(words)}"
        if not self.library.nfs_parse_url_dir(self.context, url.encode()):
            raise Refusal("an incorrect mount option was specified")
        if "soft" in options:
            self.library.nfs_set_autoreconnect(self.context, 0)
            self.library.nfs_set_timeout(self.context, int(options.get("timeo", 600)) * 100)

    def _reason(self, source):
        said = self.library.nfs_get_error(self.context).decode(errors="replace")
        if "NOENT" in said:
            return f"mounting {source} failed, reason given by server: No such file or directory"
        return f"access denied by server while mounting {source}" if "ACCES" in said else said


def _knock(server, port):
    # libnfs does not say why it could not connect.
    try:
        socket.create_connection((server, port), timeout=5).close()
    except socket.gaierror:
        raise Refusal(f"Failed to resolve server {server}: Name or service not known") from None
    except TimeoutError:
        raise Refusal("Connection timed out") from None
    except OSError as fault:
        raise Refusal(fault.strerror) from None


class Files(mfusepy.Operations):
    """The export as a file system."""

    use_ns = True

    def __init__(self, server):
        self.server = server
        self.handles = {}

    def getattr(self, path, fh=None):
        seen = Stat()
        self.server.call("nfs_lstat64", path.encode(), ctypes.byref(seen))
        names = ("mode", "ino", "nlink", "uid", "gid", "size", "blocks", "blksize")
        times = {name: getattr(seen, name) * 10**9 + getattr(seen, f"{name}_nsec") for name in TIMES}
        return {
            f"st_{name}": value
            for name, value in [*((one, getattr(seen, one)) for one in names), *times.items()]
        }

    def readdir(self, path, fh):
        return self.server.names_in(path.encode())

    def statfs(self, path):
        room = Room()
        self.server.call("nfs_statvfs", path.encode(), ctypes.byref(room))
        return {name: getattr(room, name) for name, _ in Room._fields_ if name not in ("f_fsid", "spare")}

    def open(self, path, flags):
        return self._keep(self.server.opened("nfs_open", path.encode(), flags & ACCESS))

    def create(self, path, mode, fi=None):
        flags = os.O_CREAT | os.O_RDWR
        return self._keep(self.server.opened("nfs_open2", path.encode(), flags, stat.S_IMODE(mode)))

    def release(self, path, fh):
        self.server.call("nfs_close", self.handles.pop(fh))

    def read(self, path, size, offset, fh):
        found = b""
        while len(found) < size:
            buffer = ctypes.create_string_buffer(min(size - len(found), self.server.read_bytes))
            count = self.server.call("nfs_pread", self.handles[fh], offset + len(found), len(buffer), buffer)
            if count == 0:
                break
            found += buffer.raw[:count]
        return found

    def write(self, path, data, offset, fh):
        done = 0
        while done < len(data):
            piece = data[done : done + self.server.write_bytes]
            done += self.server.call("nfs_pwrite", self.handles[fh], offset + done, len(piece), piece)
        return done

    def fsync(self, path, datasync, fh):
        """The server has all that was written; that its disk has it as well only a power cut would show."""

    def flush(self, path, fh):
        """As `fsync`."""

    def truncate(self, path, length, fh=None):
        self.server.call("nfs_truncate", path.encode(), length)

    def unlink(self, path):
        self.server.call("nfs_unlink", path.encode())

    def mkdir(self, path, mode):
        self.server.call("nfs_mkdir2", path.encode(), stat.S_IMODE(mode))

    def rmdir(self, path):
        self.server.call("nfs_rmdir", path.encode())

    def rename(self, old, new, flags=0):
        self.server.call("nfs_rename", old.encode(), new.encode())

    def chmod(self, path, mode):
        self.server.call("nfs_chmod", path.encode(), stat.S_IMODE(mode))

    def chown(self, path, uid, gid):
        self.server.call("nfs_chown", path.encode(), uid, gid)

    def utimens(self, path, times=None):
        """The server keeps its own times."""

    def access(self, path, amode):
        """Root may do what the export lets it do."""
        return 0

    def _keep(self, handle):
        key = max(self.handles, default=0) + 1
        self.handles[key] = handle
        return key


def main(words):
    """Mounts, and returns in the caller's process once that is done or has failed."""
    words, options = list(words), {}
    while "-o" in words:
        place = words.index("-o")
        given = (one.partition("=") for one in words[place + 1].split(","))
        options.update({name: value for name, _, value in given})
        del words[place : place + 2]
    source, directory = [word for word in words if not word.startswith("-")][:2]
    host, _, export = source.partition(":")
    try:
        # Before FUSE begins: from then on nobody would hear of a fault, and whoever looks there would wait for ever.
        server = Server(host, export, options)
    except Refusal as refusal:
        sys.stderr.write(f"mount.nfs: {refusal}\n")
        return FAILED
    mfusepy.FUSE(
        Files(server),
        directory,
        foreground=False,
        nothreads=True,
        fsname=source,
        subtype="nfs",
        allow_other=True,
        default_permissions=True,
        # What other hosts do is seen at once.
        attr_timeout=0,
        entry_timeout=0,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
