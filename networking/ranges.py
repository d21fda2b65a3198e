"""Subnets and the ranges of addresses that are given out of them."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, ip_network

from cloudportal.core.errors import InvalidInput

# 4096 addresses: a row each, made in one go.
LARGEST_RANGE = 1 << 12
# A subnet must have room for its own two addresses, the gateway, and somebody.
SMALLEST_PREFIX = 29
LARGEST_PREFIX = 8


@dataclass(frozen=True)
class Range:
    """A subnet, its gateway, and the addresses from `first` to `last` that are given out, without the gateway."""

    subnet: IPv4Network
    gateway: IPv4Address
    first: IPv4Address
    last: IPv4Address

    @property
    def numbers(self) -> list[int]:
        """The addresses to give out, as numbers in their order."""
        own = {int(self.gateway), int(self.subnet.network_address), int(self.subnet.broadcast_address)}
        return [number for number in range(int(self.first), int(self.last) + 1) if number not in own]

    @property
    def ips(self) -> list[str]:
        """The same as text."""
        return [str(IPv4Address(number)) for number in self.numbers]


def range_of(cidr: str, gateway: str, first_ip: str | None = None, last_ip: str | None = None) -> Range:
    """The range, by default all of the subnet. Raises InvalidInput naming the field that is wrong."""
    subnet = _subnet(cidr)
    gate = _inside(subnet, "gateway", gateway)
    first = _inside(subnet, "first_ip", first_ip) if first_ip else subnet[1]
    last = _inside(subnet, "last_ip", last_ip) if last_ip else subnet[-2]
    found = Range(subnet, gate, first, last)
    if first > last:
        raise InvalidInput.of("last_ip", "The last address must not come before the first.")
    if int(last) - int(first) >= LARGEST_RANGE:
        sentence = f"At most {LARGEST_RANGE} addresses fit into one range. Choose a narrower one."
        raise InvalidInput.of("last_ip", sentence)
    if not found.numbers:
        raise InvalidInput.of("first_ip", "Nothing but the gateway is in this range. Choose a wider one.")
    return found


def _subnet(cidr: str) -> IPv4Network:
    if ":" in cidr:
        raise InvalidInput.of("cidr", "IPv6 networks are not offered yet. Write an IPv4 network.")
    try:
        found = ip_network(cidr.strip(), strict=True)
    except ValueError as error:
        raise InvalidInput.of("cidr", "Write a network such as 10.1.1.0/24, without host bits.") from error
    if not isinstance(found, IPv4Network) or not LARGEST_PREFIX <= found.prefixlen <= SMALLEST_PREFIX:
        raise InvalidInput.of("cidr", f"Choose a network from /{LARGEST_PREFIX} to /{SMALLEST_PREFIX}.")
    if found.is_multicast or found.is_loopback or found.is_link_local or found.is_unspecified:
        raise InvalidInput.of("cidr", "This network is set aside for other uses. Choose another.")
    return found


def _inside(subnet: IPv4Network, field: str, value: str) -> IPv4Address:
    try:
        address = IPv4Address(value.strip())
    except ValueError as error:
        raise InvalidInput.of(field, "Write an IPv4 address such as 10.1.1.1.") from error
    if address not in subnet:
        raise InvalidInput.of(field, f"{address} is not in {subnet}.")
    if address in (subnet.network_address, subnet.broadcast_address):
        raise InvalidInput.of(field, f"{address} is the network's own. Choose another.")
    return address
