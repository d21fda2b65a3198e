"""Makes the .venv and keeps the pinned Python packages in it; a second run sees a stamp and does nothing."""

import hashlib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.commands import run
from deploy.stages import Stage

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CONSTRAINTS = Path(__file__).parent / "constraints.txt"
OLDEST = (3, 11)


class TooOld(Exception):
    """This Python cannot run the portal."""


def is_current(requirements: Sequence[Path]) -> bool:
    """True when the .venv works and holds exactly what these files ask for."""
    return python_works() and all(_stamp(path).exists() for path in requirements)


def python_works() -> bool:
    """False where there is no .venv, or where the Python that it was made from has gone."""
    return PYTHON.exists() and (VENV / "pyvenv.cfg").exists()


def make(*, log: Path) -> None:
    """A fresh .venv from the Python that runs us. Raises TooOld or CommandFailed."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:2]))
        raise TooOld(f"The portal needs Python 3.11 or newer, and this is {found}: make PYTHON=python3.11 …")
    run([sys.executable, "-m", "venv", "--clear", str(VENV)], log=log)


def install(requirements: Sequence[Path], *, stage: Stage, log: Path) -> str:
    """Install what these files pin into the .venv, and say how many packages it has. Raises CommandFailed."""
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    for path in requirements:
        command += ["--requirement", str(path)]
    run(command, log=log, on_line=lambda line: _show(line, stage), directory=ROOT)
    for path in requirements:
        for old in VENV.glob(f".{path.stem}.*"):
            old.unlink()
        _stamp(path).touch()
    return f"{len(list(VENV.glob('lib/python*/site-packages/*.dist-info')))} packages"


def _show(line: str, stage: Stage) -> None:
    doing = re.match(r"\s*(Collecting|Building wheel for|Downloading|Installing)\s(\S+)", line)
    if doing:
        stage.progress(f"{doing[1]} {doing[2]}")


def _stamp(requirements: Path) -> Path:
    """Named after all that decides what is installed: the two files and the Python."""
    content = requirements.read_bytes() + CONSTRAINTS.read_bytes() + os.fsencode(str(PYTHON.resolve()))
    return VENV / f".{requirements.stem}.{hashlib.sha256(content).hexdigest()[:16]}"
