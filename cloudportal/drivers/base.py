"""What all drivers are: a name, declared settings, a time limit, and nothing kept between calls but the
connection.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import TracebackType
from typing import ClassVar, Self

from cloudportal.drivers.settings import Setting, SettingValue, validate


class Driver(ABC):
    """One open driver. Use it as a context manager, or call `close()`.

    The contract of all drivers: ids are ours. `ensure_*` may be called again with the same spec. `remove_*`
    succeeds when there is nothing to remove. A failed create leaves nothing behind or raises Leftover. Every
    call has a time limit, past which it raises OutcomeUnknown. Two callers may do the same thing at once.
    Nothing is kept between calls except the connection. Nothing is printed and no secret is logged. Faults
    are those of `cloudportal.drivers.errors`.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]]

    def __init__(self, values: Mapping[str, object], *, timeout_seconds: float) -> None:
        """Check the values against the declaration (InvalidSettings) and keep them; nothing is contacted
        yet.
        """
        self.values: dict[str, SettingValue] = validate(self.settings, values)
        self.timeout_seconds = timeout_seconds

    @abstractmethod
    def check(self) -> None:
        """Return when the other side answers and accepts us; raise Unreachable, WrongCredentials or Refused
        if not.
        """

    def close(self) -> None:
        """Let go of the connection. May be called again."""
        return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def text(self, name: str) -> str:
        """The setting's value as text; empty when it was not given."""
        return str(self.values.get(name, ""))

    def number(self, name: str) -> int:
        """The setting's value as a whole number; the declaration must give a default or require it."""
        return int(self.values[name])
