"""The hosts that are dedicated to the instance's owner: they are paid for."""

from collections.abc import Sequence

from compute.placement.request import Request
from compute.topology.models import Host


def weigh(request: Request, hosts: Sequence[Host]) -> dict[int, float]:
    """All or nothing."""
    return {host.pk: float(any(one.covers(host) for one in request.own_dedications)) for host in hosts}
