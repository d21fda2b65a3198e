"""Runs other programs and keeps what they print, so that a failure can be explained and a success is quiet."""

import os
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

TAIL_LINES = 15


class CommandFailed(Exception):
    """A program ended with an error. The message names it and its log, and shows the last lines of that."""

    def __init__(self, command: Sequence[str], code: int, log: Path) -> None:
        self.code = code
        self.tail = last_lines(log)
        program = Path(command[0]).name
        super().__init__(f"{program} failed (exit code {code}). Its last lines, from {log}:\n{self.tail}")


class Refused(Exception):
    """A short program did not do what it was given. The message has its own words."""


def run(
    command: Sequence[str],
    *,
    log: Path,
    on_line: Callable[[str], None] | None = None,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> None:
    """Run to the end, appending what it prints to `log` and giving each line to `on_line`.

    `environment` is added to our own. Raises CommandFailed.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as kept:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            cwd=directory,
            text=True,
            errors="replace",
        )
        with child:
            for line in child.stdout or ():
                kept.write(line)
                if on_line is not None:
                    on_line(line.rstrip())
    if child.returncode:
        raise CommandFailed(command, child.returncode, log)


def feed(command: Sequence[str], text: str = "") -> str:
    """Run a short program to the end with `text` as its input, and give what it printed. Raises Refused."""
    done = subprocess.run(list(command), input=text, text=True, capture_output=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise Refused(f"{Path(command[0]).name} failed (exit code {done.returncode}): {said}")
    return done.stdout


def last_lines(log: Path, count: int = TAIL_LINES) -> str:
    """The end of a log, indented for showing below a sentence; a word about it when there is none."""
    if not log.exists():
        return "    (it wrote nothing)"
    with log.open(encoding="utf-8", errors="replace") as kept:
        lines = deque(kept, maxlen=count)
    return "".join(f"    {line.rstrip()}\n" for line in lines).rstrip() or "    (it wrote nothing)"
