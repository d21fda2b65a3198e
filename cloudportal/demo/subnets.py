"""A subnet for the demonstration's network that nothing else on this machine uses."""

import re
import subprocess
from collections.abc import Iterable
from ipaddress import IPv4Network

# Of each private range something: a route to the whole of 10.0.0.0/8 is common in companies.
CANDIDATES = tuple(
    IPv4Network(text)
    for text in (
        *(f"10.{second}.0.0/24" for second in range(77, 100)),
        *(f"172.{second}.77.0/24" for second in range(16, 32)),
        *(f"192.168.{third}.0/24" for third in range(77, 256)),
    )
)
# As `ip route` prints them, after the route's type where it is not the usual one.
ROUTE = re.compile(r"^(?:[a-z]+ )?(\d+\.\d+\.\d+\.\d+(?:/\d+)?)", re.MULTILINE)


class NoneFree(Exception):
    """Every subnet that we would use is in use; the message says what to do."""


def free_subnet(taken: Iterable[IPv4Network]) -> IPv4Network:
    """The first candidate that overlaps none of these. Raises NoneFree."""
    used = list(taken)
    for subnet in CANDIDATES:
        if not any(subnet.overlaps(other) for other in used):
            return subnet
    raise NoneFree(
        "Every private subnet is routed somewhere on this machine: use `manage.py demo --simulated`."
    )


def used_subnets() -> list[IPv4Network]:
    """What this machine reaches in some way of its own; its default route is not meant."""
    command = ["ip", "-4", "-oneline", "route", "show", "table", "all"]
    routes = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [IPv4Network(found) for found in ROUTE.findall(routes)]
