"""Puts the pinned front-end files into static/vendor; npm fetches them and checks the lock's digests."""

import hashlib
import shutil
import tempfile
from pathlib import Path

from deploy.commands import run
from deploy.environment import PYTHON, ROOT
from deploy.stages import Stage

PINS = Path(__file__).parent / "vendor"
VENDOR = ROOT / "static" / "vendor"

# What the browser loads, and each package's licence beside it: name in node_modules → name in static/vendor.
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    "@novnc/novnc/LICENSE.txt": "novnc/LICENSE.txt",
    "@novnc/novnc/docs/LICENSE.MPL-2.0": "novnc/LICENSE.MPL-2.0",
}
# Whole directories: a library whose modules load each other by their place.
DIRECTORIES = {
    "@novnc/novnc/core": "novnc/core",
    "@novnc/novnc/vendor/pako": "novnc/vendor/pako",
}


def is_current() -> bool:
    """True when static/vendor holds what the lock and FILES ask for."""
    return _stamp().exists()


def install(*, stage: Stage, log: Path) -> str:
    """Fetch and copy the files, replacing what was there, and say how many. Raises CommandFailed."""
    with tempfile.TemporaryDirectory(prefix="portal-vendor-") as scratch:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PINS / name, scratch)
        stage.progress("fetching")
        # Scripts of packages would run as root here; none of ours needs any.
        arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        npm, variables = _npm(Path(scratch), log)
        run([npm, *arguments], log=log, environment=variables, directory=Path(scratch))
        shutil.rmtree(VENDOR, ignore_errors=True)
        for source, target in FILES.items():
            (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(scratch, "node_modules", source), VENDOR / target)
        for source, target in DIRECTORIES.items():
            shutil.copytree(Path(scratch, "node_modules", source), VENDOR / target)
    _stamp().touch()
    return f"{len(FILES)} files, {len(DIRECTORIES)} directories"


def _npm(scratch: Path, log: Path) -> tuple[str, dict[str, str]]:
    """npm's program and what it needs in its environment: the machine's own, else one that is gone afterwards."""
    found = shutil.which("npm")
    if found is not None:
        return found, {}
    target = scratch / "npm"
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    run([*pip, "--target", str(target), "--requirement", str(PINS / "npm.txt")], log=log)
    return str(target / "bin" / "npm"), {"PYTHONPATH": str(target)}


def _stamp() -> Path:
    content = (PINS / "package-lock.json").read_bytes() + repr(
        sorted({**FILES, **DIRECTORIES}.items())
    ).encode()
    return VENDOR / f".{hashlib.sha256(content).hexdigest()[:16]}"
