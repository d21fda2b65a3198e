"""A Debian guest with cloud-init, for tests of what guests are told. It is built by whoever asks for it first."""

import hashlib
from pathlib import Path

from deploy import debian, guest_image
from deploy.commands import run
from deploy.stages import Stage

SCRIPTS = Path(__file__).parent / "debian_image"
IMAGE = guest_image.CACHE / "debian-guest.qcow2"
FINGERPRINT = guest_image.CACHE / "debian-fingerprint"


def ensure(*, stage: Stage, log: Path) -> Path:
    """The image, built anew where its scripts or the small guest, whose kernel it boots with, have changed.

    Needs root, mmdebstrap, and the packages of the `image` group. Raises CommandFailed, or CannotInstall where Debian's
    packages cannot be fetched.
    """
    wanted = _digest()
    if IMAGE.exists() and FINGERPRINT.exists() and FINGERPRINT.read_text() == wanted:
        return IMAGE
    stage.progress("installing Debian into a directory")
    debian.ensure_indexes(stage=stage, log=log)
    run([str(SCRIPTS / "build.sh"), str(guest_image.CACHE / "packages"), str(IMAGE)], log=log)
    FINGERPRINT.write_text(wanted)
    return IMAGE


def _digest() -> str:
    digest = hashlib.sha256(guest_image.FINGERPRINT.read_bytes())
    for path in sorted(SCRIPTS.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(SCRIPTS)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
