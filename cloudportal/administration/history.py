"""What happened to a row, for the history page. The room that keeps events says how they are found."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from cloudportal.core.caller import Caller

Source = Callable[[Caller, UUID], Iterable[Any]]

_sources: list[Source] = []


def use(source: Source) -> None:
    """Declares who finds the events about a uuid that a caller may see, newest first."""
    _sources[:] = [source]


def of(caller: Caller, uuid: UUID) -> list[Any]:
    """The events about the row that the caller may see, newest first."""
    return [event for source in _sources for event in source(caller, uuid)]
