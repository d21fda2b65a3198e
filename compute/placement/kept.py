"""A host on which an instance has kept its claim, as after a stop that came half-way: whether it may go on there."""

from compute.placement import narrowing
from compute.placement.filters import FILTERS
from compute.placement.request import Request
from compute.topology.models import Host


def objection(request: Request, host: Host) -> str:
    """Why the instance must leave the host, for operators; empty where it may stay. Asks everything but for room, which
    its claim is.
    """
    if request.pinned not in (None, host.uuid):
        return "is not the chosen host"
    _, reason = narrowing.standing(host)
    answers = (one.asking(request, [host])(host) for one in FILTERS)
    return reason or next((answer for answer in answers if answer is not None), "")
