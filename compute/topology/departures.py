"""Who must clear up before a host leaves: rooms above declare what they laid on hosts and how to take it away."""

from collections.abc import Callable
from dataclasses import dataclass

from compute.topology.models import Host


@dataclass(frozen=True)
class Clearing:
    """`clear(host)` takes away what one room has on a host; it may be repeated and succeeds when there is nothing."""

    name: str
    clear: Callable[[Host], None]


_registered: dict[str, Clearing] = {}


def before_removal(name: str, clear: Callable[[Host], None]) -> None:
    """Declares a clearing; done while workflows are imported. `clear` runs outside any transaction."""
    _registered[name] = Clearing(name, clear)


def clearings() -> tuple[Clearing, ...]:
    """All of them, by name."""
    return tuple(_registered[name] for name in sorted(_registered))
