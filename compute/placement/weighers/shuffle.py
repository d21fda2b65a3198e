"""Any host that fits: many placements at once seldom want the same one."""

import random
from collections.abc import Sequence

from compute.placement.request import Request
from compute.topology.models import Host


def weigh(request: Request, hosts: Sequence[Host]) -> dict[int, float]:
    """Chance decides."""
    return {host.pk: random.random() for host in hosts}
