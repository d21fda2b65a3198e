"""Images into other formats, by qemu-img on the portal's machine. Only for images of our own making: what tenants send
is inspected and never converted.
"""

import hashlib
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from cloudportal.core.errors import PortalError
from storage.store import CHUNK_BYTES, Received

WAIT_SECONDS = 1.0
MOST_DETAIL = 500


class NotConverted(PortalError):
    """qemu-img is not there, or did not make the file."""

    code = "not-converted"
    status = 500
    sentence = (
        "The copy could not be converted. Look at the space of the server's disks, or choose another format."
    )


def qcow2_to_raw(path: Path, *, on_progress: Callable[[float], None]) -> Received:
    """The file at `path`, a qcow2 image that stands alone, is plain sectors afterwards: its checksum and size.

    `on_progress` hears how far it is, 0 to 1, every second and may raise to stop; the image is left as it was then.
    """
    draft = path.with_name(f"{path.name}.raw")
    try:
        # Both formats are said, so that nothing is guessed from what a guest has written.
        command = ["qemu-img", "convert", "-f", "qcow2", "-O", "raw", "--", str(path), str(draft)]
        _run(command, lambda: on_progress(0.0))
        received = _added_up(draft, on_progress)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return received


def _run(command: list[str], beat: Callable[[], None]) -> None:
    with tempfile.TemporaryFile() as said:
        try:
            # Words of our own and no shell.
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)  # noqa: S603
        except OSError as error:
            raise NotConverted(detail=f"qemu-img: {error.strerror}") from error
        try:
            while not _is_over(child):
                beat()
        finally:
            child.kill()
            child.wait()
        if child.returncode:
            said.seek(0)
            raise NotConverted(detail=said.read(MOST_DETAIL).decode(errors="replace"))


def _is_over(child: "subprocess.Popen[bytes]") -> bool:
    try:
        child.wait(WAIT_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def _added_up(path: Path, on_progress: Callable[[float], None]) -> Received:
    digest, done, size_bytes = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            on_progress(done / size_bytes)
    return Received(digest.hexdigest(), size_bytes)
