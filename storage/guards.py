"""Rules that others have about changes to volumes: storage asks before it begins, and does not know who answers.

Whoever attaches volumes knows what must not be done to them meanwhile. `change` is the verb that a person would say,
as in “grow”; it stands in the refusal.
"""

from collections.abc import Callable

from storage.models import Volume

Guard = Callable[[Volume, str], None]

_guards: list[Guard] = []


def register(guard: Guard) -> None:
    """Declares a rule, which raises a PortalError where the change must not be made."""
    _guards.append(guard)


def demand_allowed(volume: Volume, change: str) -> None:
    """Returns where nobody has anything against the change. Raises Conflict or WrongState with the reason."""
    for guard in _guards:
        guard(volume, change)
