"""Control groups of its own for a private libvirtd, so that it caps CPUs of guests and meets no other daemon's groups.

The machine needs the `cpu` controller of cgroups v1, mounted writable. The unified hierarchy alone does not do: a group
that hands a controller on may hold no processes itself, and here whoever starts the daemon may sit in its root.
"""

import hashlib
from contextlib import suppress
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")
# libvirt cannot cap without counting. It counts in the unified hierarchy where there is one.
CONTROLLERS = ("cpu", "cpuacct")


def roots(mounts: Path = MOUNTS) -> tuple[Path, ...]:
    """Where the groups that libvirt makes are mounted; none where this machine does not let it."""
    found: dict[str, Path] = {}
    for line in mounts.read_text().splitlines():
        _, place, kind, options, *_ = line.split()
        words = options.split(",")
        if "rw" in words and kind in ("cgroup", "cgroup2"):
            names = ["unified"] if kind == "cgroup2" else [name for name in CONTROLLERS if name in words]
            found |= dict.fromkeys(names, Path(place))
    return tuple(dict.fromkeys(found.values())) if "cpu" in found else ()


def ensure(directory: Path) -> dict[Path, Path]:
    """The groups of the daemon of that directory, made where they were missing, each with its root."""
    groups = {_group(directory, root): root for root in roots()}
    for group in groups:
        group.mkdir(exist_ok=True)
    return groups


def remove(directory: Path) -> None:
    """The groups are gone with all that are in them, but for those where a process still dies: they are used again."""
    for root in roots():
        group = _group(directory, root)
        inner = [path for path in group.rglob("*") if path.is_dir()]
        for path in [*sorted(inner, reverse=True), group]:
            with suppress(OSError):
                path.rmdir()


def _group(directory: Path, root: Path) -> Path:
    return root / f"libvirtd-{hashlib.sha256(bytes(directory)).hexdigest()[:16]}"
