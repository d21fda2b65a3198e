"""From a request to a host: looking only, or looking and claiming."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cloudportal.core.errors import NoRoom
from compute.placement import narrowing
from compute.placement.filters import CHOSEN, FILTERS, ROOM, Filter
from compute.placement.funnel import Funnel, Stage
from compute.placement.request import Request
from compute.placement.weighers import in_order
from compute.topology.models import Host

# How many reasons of single hosts a funnel keeps per check; more would not be read.
REASONS_KEPT = 20
# A round in which every candidate was lost to others is looked at anew: their claims show where room is left.
ROUNDS = 3


@dataclass(frozen=True)
class Preview:
    """The hosts that could take it, best first, and how they were found."""

    hosts: tuple[Host, ...]
    funnel: Funnel


@dataclass(frozen=True)
class Placement:
    """The host that was claimed, and how it was found."""

    host: Host
    funnel: Funnel


def preview(request: Request, *, order: str) -> Preview:
    """Where the instance would go now. Changes nothing; `order` names a weigher."""
    found = narrowing.survey(request)
    filters = (CHOSEN, *FILTERS) if request.pinned else FILTERS
    hosts, passed = _sift(request, narrowing.hosts_with_room(request), filters)
    if hosts:
        room = Stage(ROOM.name, found.with_room)
        return Preview(tuple(in_order(order, request, hosts)), Funnel((*found.stages(), room, *passed)))
    # Nothing fits. Asked again with room last, the funnel says what is really missing; or room has come meanwhile.
    hosts, stages = _sift(request, narrowing.able_hosts(request), (*filters, ROOM))
    return Preview(
        tuple(in_order(order, request, hosts)) if hosts else (), Funnel((*found.stages(), *stages))
    )


def place(request: Request, take: Callable[[Host], bool], *, order: str) -> Placement:
    """Tries `take` on the hosts in their order until one is taken. Raises NoPlacement.

    `take` claims by guarded updates in a transaction of its own, and leaves everything as it was where it returns
    False.
    """
    for _ in range(ROUNDS):
        seen = preview(request, order=order)
        for host in seen.hosts:
            if take(host):
                return Placement(host, seen.funnel)
        if not seen.hosts:
            break
    raise NoPlacement(seen.funnel)


class NoPlacement(NoRoom):
    """No host could take it. Its sentence and values are fit for tenants; `funnel` is for operators."""

    def __init__(self, funnel: Funnel) -> None:
        self.funnel = funnel
        advice = funnel.advice or "Others were quicker just now. Try again."
        super().__init__(reason=advice, funnel=funnel.for_tenants())


def _sift(
    request: Request, hosts: Sequence[Host], filters: Sequence[Filter]
) -> tuple[Sequence[Host], list[Stage]]:
    stages = []
    for one in filters:
        ask = one.asking(request, hosts)
        answers = [(host, ask(host)) for host in hosts]
        refused = [(host.name, reason) for host, reason in answers if reason is not None]
        left = [host for host, reason in answers if reason is None]
        is_empty = bool(hosts) and not left
        stages.append(
            Stage(
                one.name,
                len(left),
                tuple(refused[:REASONS_KEPT]),
                one.reason(request, hosts) if is_empty else "",
                one.advice(request) if is_empty else "",
            )
        )
        hosts = left
    return hosts, stages
