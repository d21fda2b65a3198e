"""The hosts that are meant for the template's operating system, and least of all those that are meant for another."""

from collections.abc import Sequence

from compute.placement.request import Request
from compute.topology.models import Host


def weigh(request: Request, hosts: Sequence[Host]) -> dict[int, float]:
    """1 where it is meant for it, a half where it is meant for any."""
    return {host.pk: _worth(request, host) for host in hosts}


def _worth(request: Request, host: Host) -> float:
    if not host.preferred_os:
        return 0.5
    return float(request.has_system(host))
