"""What every host of a zone says to a request: for operators, who want to know about the one that they think of."""

from collections.abc import Sequence
from dataclasses import dataclass

from compute.placement import narrowing
from compute.placement.custom import OrderFailed
from compute.placement.filters import FILTERS, ROOM
from compute.placement.request import Request
from compute.placement.weighers import in_order
from compute.topology.models import Host


@dataclass(frozen=True)
class Verdict:
    """One host: the first check that refused it and why, or its `rank` among those that could take it, 1 for the best.

    Without a rank nobody knows, for the order itself failed.
    """

    host: Host
    check: str = ""
    reason: str = ""
    rank: int | None = None

    @property
    def passes(self) -> bool:
        """True where it could take it now."""
        return not self.check


def verdicts(request: Request, *, order: str) -> list[Verdict]:
    """All hosts of the zone, those that could take it first, in a fixed number of queries. Changes nothing."""
    hosts: Sequence[Host] = narrowing.every_host(request)
    refused: list[Verdict] = []
    for host in hosts:
        check, reason = narrowing.standing(host)
        if check:
            refused.append(Verdict(host, check, reason))
    gone = {one.host.pk for one in refused}
    left = [host for host in hosts if host.pk not in gone]
    for one in (*FILTERS, ROOM):
        ask = one.asking(request, left)
        answers = [(host, ask(host)) for host in left]
        refused += [Verdict(host, one.name, reason) for host, reason in answers if reason is not None]
        left = [host for host, reason in answers if reason is None]
    return [*_ranked(request, left, order), *refused]


def _ranked(request: Request, hosts: Sequence[Host], order: str) -> list[Verdict]:
    try:
        best = in_order(order, request, hosts)
    except OrderFailed as failure:
        return [Verdict(host, reason=failure.fault) for host in hosts]
    return [Verdict(host, rank=place) for place, host in enumerate(best, start=1)]
