"""State machines as literal tables. A move is one guarded UPDATE; what is not in the table cannot happen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models

from cloudportal.core.errors import WrongState


@dataclass(frozen=True)
class Move:
    """One arrow: in state `source`, `event` leads to `target`."""

    source: str
    event: str
    target: str


@dataclass(frozen=True)
class Group:
    """Moves that belong together, under a sentence that says what they are about."""

    sentence: str
    moves: tuple[Move, ...]


def group(sentence: str, *moves: tuple[str, str, str]) -> Group:
    """A group from literal triples `(from, event, to)`."""
    return Group(sentence, tuple(Move(*move) for move in moves))


@dataclass(frozen=True)
class StateTable:
    """All states of a noun and every way between them."""

    noun: str
    initial: str
    groups: tuple[Group, ...]
    # States in which work is under way; each must have a test that a dead worker is repaired.
    transient: frozenset[str] = frozenset()
    final: frozenset[str] = frozenset()

    @property
    def moves(self) -> tuple[Move, ...]:
        """Every arrow of the table."""
        return tuple(move for one in self.groups for move in one.moves)

    @property
    def states(self) -> frozenset[str]:
        """Every state that the table names."""
        return frozenset({self.initial} | {m.source for m in self.moves} | {m.target for m in self.moves})

    def target(self, source: str, event: str) -> str | None:
        """Where the event leads from there, or None where it leads nowhere."""
        return next((m.target for m in self.moves if (m.source, m.event) == (source, event)), None)

    def sources(self, event: str) -> tuple[str, ...]:
        """The states in which the event may happen."""
        return tuple(m.source for m in self.moves if m.event == event)

    def move(self, row: Any, event: str, **changes: Any) -> None:
        """Moves the row by one guarded UPDATE, with `changes` to other fields in the same statement.

        The row object is brought up to date. Raises WrongState when the row is not, or no longer, in a state
        from which the event leads on; nothing is written then.
        """
        source = row.state
        target = self.target(source, event)
        if target is None:
            raise self.refusal(source, event)
        model: type[models.Model] = type(row)
        moved = model._default_manager.filter(pk=row.pk, state=source).update(state=target, **changes)
        if not moved:
            current = model._default_manager.filter(pk=row.pk).values_list("state", flat=True).first()
            raise self.refusal(current or "gone", event)
        for name, value in {"state": target, **changes}.items():
            setattr(row, name, value)

    def refusal(self, state: str, event: str) -> WrongState:
        """The sentence that says why the event cannot happen now."""
        needed = readable_list(self.sources(event))
        return WrongState(noun=self.noun, state=state, action=event.replace("-", " "), needed=needed)


def readable_list(words: Iterable[str]) -> str:
    """`a, b or c`."""
    items = list(dict.fromkeys(words))
    if len(items) < 2:
        return "".join(items) or "in another state"
    return f"{', '.join(items[:-1])} or {items[-1]}"
