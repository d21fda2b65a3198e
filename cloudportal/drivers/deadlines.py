"""Time limits that are set once for a call and handed down through everything that it does."""

from __future__ import annotations

import time
from collections.abc import Callable

from cloudportal.drivers.errors import OutcomeUnknown


class Deadline:
    """A moment after which a call must not go on."""

    def __init__(self, limit_seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit_seconds = limit_seconds
        self._clock = clock
        self._end = clock() + limit_seconds

    def remaining_seconds(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self._end - self._clock())

    @property
    def is_past(self) -> bool:
        return self.remaining_seconds() <= 0.0

    def demand(self, doing: str) -> None:
        """Go on only while there is time; otherwise raise OutcomeUnknown naming what was being done."""
        if self.is_past:
            raise OutcomeUnknown(detail=f"{doing}: no answer within {self.limit_seconds:g} s")
