"""How many running instances are in a network, host by host. Networking knows of no instances."""

from collections.abc import Callable

from networking.models import Network

RunningOn = Callable[[Network], dict[int, int]]

_running_on: list[RunningOn] = []


def register(running_on: RunningOn) -> None:
    """`running_on` counts a network's running instances by the primary key of their host."""
    _running_on.append(running_on)


def running_on(network: Network) -> dict[int, int]:
    """By the primary key of each host where there are any, how many."""
    found: dict[int, int] = {}
    for count in _running_on:
        for host, number in count(network).items():
            found[host] = found.get(host, 0) + number
    return found
