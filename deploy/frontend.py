"""Puts the pinned front-end files into static/vendor; npm fetches them and checks the lock's digests."""

import hashlib
import shutil
import tempfile
from pathlib import Path

from deploy.commands import run
from deploy.stages import Stage

ROOT = Path(__file__).resolve().parent.parent
PINS = Path(__file__).parent / "vendor"
VENDOR = ROOT / "static" / "vendor"

# What the browser loads, and each package's licence beside it: name in node_modules → name in static/vendor.
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
}


def is_current() -> bool:
    """True when static/vendor holds what the lock and FILES ask for."""
    return _stamp().exists()


def has_npm() -> bool:
    """True when npm can be called; without it nothing can be fetched."""
    return shutil.which("npm") is not None


def install(*, stage: Stage, log: Path) -> str:
    """Fetch and copy the files, replacing what was there, and say how many. Raises CommandFailed."""
    with tempfile.TemporaryDirectory(prefix="portal-vendor-") as scratch:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PINS / name, scratch)
        run(
            # Scripts of packages would run as root here; none of ours needs any.
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            log=log,
            on_line=stage.progress,
            directory=Path(scratch),
        )
        shutil.rmtree(VENDOR, ignore_errors=True)
        for source, target in FILES.items():
            (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(scratch, "node_modules", source), VENDOR / target)
    _stamp().touch()
    return f"{len(FILES)} files"


def _stamp() -> Path:
    content = (PINS / "package-lock.json").read_bytes() + repr(sorted(FILES.items())).encode()
    return VENDOR / f".{hashlib.sha256(content).hexdigest()[:16]}"
