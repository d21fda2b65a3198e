"""The fullest host that fits, so that others stay empty for large instances or for maintenance."""

from collections.abc import Sequence

from compute.placement.request import Request
from compute.placement.weighers.disperse import share_left
from compute.topology.models import Host


def weigh(request: Request, hosts: Sequence[Host]) -> dict[int, float]:
    """The smaller the share that is left, the better."""
    return {host.pk: 1 - share_left(host) for host in hosts}
