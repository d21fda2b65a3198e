"""Which addresses of a network may be given to a NIC."""

from __future__ import annotations

import ipaddress

from cloudportal.drivers.errors import Refused


def demand_usable(ip: str, *, cidr: str, gateway: str) -> None:
    """The address lies in the network and is neither its gateway, nor its own, nor its broadcast address; or
    Refused.
    """
    network = ipaddress.ip_network(cidr)
    address = ipaddress.ip_address(ip)
    if address not in network:
        raise Refused("The address does not lie in the network.", detail=f"{ip} is outside {cidr}")
    taken = {ipaddress.ip_address(gateway), network.network_address, network.broadcast_address}
    if address in taken:
        raise Refused("The network needs this address for itself.", detail=f"{ip} of {cidr}")
