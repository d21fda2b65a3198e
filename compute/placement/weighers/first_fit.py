"""The oldest host that fits: predictable, and the same for everybody."""

from collections.abc import Sequence

from compute.placement.request import Request
from compute.topology.models import Host


def weigh(request: Request, hosts: Sequence[Host]) -> dict[int, float]:
    """Earlier ids first."""
    ids = sorted(host.pk for host in hosts)
    return {pk: 1 - place / len(ids) for place, pk in enumerate(ids)}
