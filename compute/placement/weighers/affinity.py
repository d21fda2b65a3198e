"""The hosts that keep most of the instance's affinity groups, strict or preferred."""

from collections.abc import Sequence

from compute.placement.request import Request
from compute.topology.models import Host


def weigh(request: Request, hosts: Sequence[Host]) -> dict[int, float]:
    """The part of the groups that is kept there."""
    count = max(len(request.peers), 1)
    return {host.pk: sum(one.welcome(host.pk) for one in request.peers) / count for host in hosts}
