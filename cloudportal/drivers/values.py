"""Checks of the values that pass to the outside world, where a stray line break or slash would mean something
else.
"""

from __future__ import annotations

import ipaddress
import re

from cloudportal.drivers.errors import InvalidSpec

MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
HOST_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
HOST_NAME_LIMIT = 253


def demand(is_right: bool, detail: str) -> None:
    """Raise InvalidSpec with the detail unless the statement is true."""
    if not is_right:
        raise InvalidSpec(detail=detail)


def demand_line(value: str, what: str, *, limit_characters: int = 255) -> None:
    """The value is one line without hidden characters, not empty, and not longer than the limit."""
    # Halves of surrogate pairs, which no file and no XML takes, and marks that turn text round do not print either.
    is_line = bool(value) and value.isprintable()
    demand(
        is_line and len(value) <= limit_characters,
        f"{what} must be one line of 1 to {limit_characters} characters",
    )


def demand_mac(value: str) -> None:
    """The value is a unicast MAC address in lower case with colons."""
    demand(MAC.fullmatch(value) is not None, "a MAC address must look like 52:54:00:12:34:56")
    demand(int(value[:2], 16) % 2 == 0, "a NIC's MAC address must not be a multicast address")


def demand_host_name(value: str, what: str = "a host name") -> None:
    """The value is a DNS name by RFC 1123."""
    is_name = len(value) <= HOST_NAME_LIMIT and all(HOST_LABEL.fullmatch(label) for label in value.split("."))
    demand(is_name, f"{what} must be letters, digits and inner dashes, in labels of at most 63")


def demand_ip(value: str, what: str = "an address") -> None:
    """The value is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        raise InvalidSpec(detail=f"{what} must be an IP address") from None


def network_of(cidr: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """The network that the text names; raises InvalidSpec when it names none or has host bits set."""
    try:
        return ipaddress.ip_network(cidr)
    except ValueError:
        raise InvalidSpec(detail="a network must look like 10.1.1.0/24, without host bits") from None
