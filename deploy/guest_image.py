"""The small guest image: boots in seconds even without hardware virtualization, and answers ssh and HTTP."""

import hashlib
import re
import subprocess
from pathlib import Path

from deploy import debian
from deploy.commands import run
from deploy.stages import Stage

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(__file__).parent / "image"
CACHE = ROOT / "var" / "image"
IMAGE = CACHE / "small-guest.qcow2"
# What went into IMAGE. Its own time tells when the kernel was last compared with what Debian offers.
FINGERPRINT = CACHE / "fingerprint"
KERNEL = "linux-image-cloud-amd64"
UNPACKED = ("busybox-static", "qemu-guest-agent")


class NoKernel(Exception):
    """Debian offers no cloud kernel for this machine."""


def is_current() -> bool:
    """True when IMAGE was built by these scripts from the kernel that Debian offers now."""
    if not IMAGE.exists() or not FINGERPRINT.exists():
        return False
    kept = FINGERPRINT.read_text().split()
    if kept[0] != _scripts_digest():
        return False
    # Asking apt takes a second; it cannot know of a newer kernel unless its indexes changed.
    if FINGERPRINT.stat().st_mtime >= debian.indexes_changed_at():
        return True
    if kept[1:] != [kernel_package()]:
        return False
    FINGERPRINT.touch()
    return True


def build(*, stage: Stage, log: Path) -> str:
    """Build IMAGE and say how large it is. Needs the packages of the `image` group, but not root.

    Raises NoKernel, CommandFailed, or CannotInstall where the packages cannot be fetched.
    """
    debs = CACHE / "packages"
    CACHE.mkdir(parents=True, exist_ok=True)
    stage.progress("fetching the kernel")
    debian.ensure_indexes(stage=stage, log=log)
    kernel = kernel_package()
    debian.download([kernel, *UNPACKED], debs, stage=stage, log=log)
    stage.progress("putting it together")
    run([str(SCRIPTS / "build.sh"), str(debs), str(IMAGE)], log=log)
    FINGERPRINT.write_text(f"{_scripts_digest()} {kernel}\n")
    return f"{IMAGE.stat().st_size / 2**20:.1f} MiB"


def kernel_package() -> str:
    """The package that Debian's cloud kernel points to now. Raises NoKernel."""
    answer = subprocess.run(
        ["apt-cache", "depends", "--important", KERNEL], stdout=subprocess.PIPE, text=True, check=False
    ).stdout
    found = re.search(r"Depends: (linux-image-\S+)", answer)
    if found is None:
        raise NoKernel(f"apt knows no {KERNEL}: the guest image can only be built on Debian for amd64.")
    return found[1]


def _scripts_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(SCRIPTS.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(SCRIPTS)} {path.stat().st_mode & 0o111}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
