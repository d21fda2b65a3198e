"""The orders in which hosts can be tried, by name. Each is a file and gives every host 0 (last) to 1 (first)."""

from collections.abc import Callable, Sequence

from compute.placement import orders
from compute.placement.request import Request
from compute.placement.weighers import disperse, fill_first, first_fit, shuffle, user_dispersing
from compute.topology.models import Host

Weigh = Callable[[Request, Sequence[Host]], dict[int, float]]

WEIGHERS: dict[str, Weigh] = {
    orders.FIRST_FIT: first_fit.weigh,
    orders.FILL_FIRST: fill_first.weigh,
    orders.DISPERSE: disperse.weigh,
    orders.RANDOM: shuffle.weigh,
    orders.USER_DISPERSING: user_dispersing.weigh,
}
# Where it ran last, its image and disk are near: worth more than any order among the others.
LAST_HOST_BONUS = 2.0


def in_order(name: str, request: Request, hosts: Sequence[Host]) -> list[Host]:
    """The hosts, best first; equal ones in the order of their ids."""
    weights = WEIGHERS[name](request, hosts)

    def score(host: Host) -> float:
        bonus = LAST_HOST_BONUS if host.pk == request.last_host_id else 0.0
        return weights[host.pk] + bonus

    return sorted(hosts, key=lambda host: (-score(host), host.pk))
