"""Addresses on which guests of a host may listen."""

from __future__ import annotations

from ipaddress import ip_address


def address_fault(value: str) -> str | None:
    """A sentence that says why guests cannot listen there, or None when they can."""
    try:
        address = ip_address(value)
    except ValueError:
        return "This is not an IP address."
    if address.is_unspecified or address.is_multicast:
        # Screens would be offered in every network that the host is in, also in those of its tenants.
        return "Name one address of the host: all of its networks would be too many."
    return None
