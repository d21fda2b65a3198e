"""The orders in which hosts can be tried, by name. Each is a file and gives every host 0 (last) to 1 (first)."""

from collections.abc import Callable, Sequence

from compute.placement import orders
from compute.placement.request import Request
from compute.placement.weighers import (
    affinity,
    custom,
    dedication,
    disperse,
    fill_first,
    first_fit,
    last_host,
    shuffle,
    system,
    user_dispersing,
)
from compute.topology.models import Host

Weigh = Callable[[Request, Sequence[Host]], dict[int, float]]

WEIGHERS: dict[str, Weigh] = {
    orders.FIRST_FIT: first_fit.weigh,
    orders.FILL_FIRST: fill_first.weigh,
    orders.DISPERSE: disperse.weigh,
    orders.RANDOM: shuffle.weigh,
    orders.USER_DISPERSING: user_dispersing.weigh,
    orders.CUSTOM: custom.weigh,
}
# What counts beside the order, and more than any: what is paid for, what the tenant asked for, what the operator
# wishes, and where its image and disk are near.
PREFERENCES: tuple[tuple[Weigh, float], ...] = (
    (dedication.weigh, 16.0),
    (affinity.weigh, 8.0),
    (system.weigh, 4.0),
    (last_host.weigh, 2.0),
)


def in_order(name: str, request: Request, hosts: Sequence[Host]) -> list[Host]:
    """The hosts, best first; equal ones in the order of their ids."""
    scores = scored(name, request, hosts)
    return sorted(hosts, key=lambda host: (-scores[host.pk], host.pk))


def scored(name: str, request: Request, hosts: Sequence[Host]) -> dict[int, float]:
    """What each host is worth, by its id."""
    weighed = [(WEIGHERS[name](request, hosts), 1.0)]
    weighed += [(weigh(request, hosts), factor) for weigh, factor in PREFERENCES]
    return {host.pk: sum(weights[host.pk] * factor for weights, factor in weighed) for host in hosts}
