"""Says which stage is going on, how far it is and how long it took: one line each, live on a terminal."""

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

NAME_WIDTH = 24
LIVE_PERIOD_SECONDS = 0.2
# A build log that stays silent for longer looks hung to people and to build servers alike.
LOG_PERIOD_SECONDS = 30.0


@dataclass(frozen=True)
class Timing:
    """How long one finished stage took, and what it has to say about its result."""

    name: str
    seconds: float
    note: str


class Stage:
    """One stage under way; whoever works in it tells here how far it is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.doing = ""
        self.note = ""

    def progress(self, doing: str, *, share: float | None = None) -> None:
        """Show what is being done now. `share` is the finished part, 0 to 1, where it is known."""
        self.doing = f"{share:4.0%} {doing}" if share is not None else doing

    def done(self, note: str) -> None:
        """Say the result in a few words; they stay on the stage's line."""
        self.note = note


class Stages:
    """Prints stages one below the other and remembers how long each took."""

    def __init__(
        self,
        out: TextIO | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        live: bool | None = None,
    ) -> None:
        self._out = out or sys.stdout
        self._clock = clock
        self._live = self._out.isatty() if live is None else live
        self.timings: list[Timing] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Time what happens inside and print one line at its end, also when it fails."""
        stage = Stage(name)
        started = self._clock()
        finished = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(stage, started, finished), daemon=True)
        ticker.start()
        outcome = "FAILED"
        try:
            yield stage
            outcome = stage.note
        finally:
            finished.set()
            ticker.join()
            seconds = self._clock() - started
            self.timings.append(Timing(name=name, seconds=seconds, note=outcome))
            self._erase()
            self.say(f"{_columns(name, seconds)}  {outcome}".rstrip())

    def say(self, sentence: str) -> None:
        """Print a sentence of its own between the stages."""
        print(sentence, file=self._out, flush=True)

    def _tick(self, stage: Stage, started: float, finished: threading.Event) -> None:
        period = LIVE_PERIOD_SECONDS if self._live else LOG_PERIOD_SECONDS
        while not finished.wait(period):
            line = f"{_columns(stage.name, self._clock() - started)}  {stage.doing}"
            if self._live:
                width = shutil.get_terminal_size().columns - 1
                self._out.write(f"\r\x1b[2K{line[:width]}")
                self._out.flush()
            else:
                self.say(f"{line} ...")

    def _erase(self) -> None:
        if self._live:
            self._out.write("\r\x1b[2K")


def _columns(name: str, seconds: float) -> str:
    return f"  {name:<{NAME_WIDTH}} {seconds:7.1f} s"
