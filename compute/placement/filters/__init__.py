"""The checks that a host must pass, in the order in which they are made. Each is a file and says why it refuses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from compute.placement.filters import (
    affinity,
    chosen,
    dedication,
    location,
    reach,
    room,
    storage,
    system,
    tags,
)
from compute.placement.request import Request
from compute.topology.models import Host

Ask = Callable[[Host], str | None]


@dataclass(frozen=True)
class Filter:
    """A check. `asking` looks at all hosts once and gives the question to each: None is yes, a text the reason no.

    `reason` and `advice` say why nothing was left, to operators and to tenants.
    """

    name: str
    asking: Callable[[Request, Sequence[Host]], Ask]
    reason: Callable[[Request, Sequence[Host]], str]
    advice: Callable[[Request], str]


# Asked first, and of no request for which no host was chosen.
CHOSEN = Filter("chosen host", chosen.asking, chosen.reason, chosen.advice)
FILTERS = (
    Filter("location", location.asking, location.reason, location.advice),
    Filter("dedication", dedication.asking, dedication.reason, dedication.advice),
    Filter("tags", tags.asking, tags.reason, tags.advice),
    Filter("operating system", system.asking, system.reason, system.advice),
    Filter("affinity", affinity.asking, affinity.reason, affinity.advice),
    Filter("reach", reach.asking, reach.reason, reach.advice),
    Filter("storage", storage.asking, storage.reason, storage.advice),
)
ROOM = Filter("room", room.asking, room.reason, room.advice)
