"""Where a request comes from: the peer, or whom a proxy that we trust says it speaks for."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# What is handed to one customer at least (RFC 6177): whoever has one address of it has them all.
IPV6_SITE_BITS = 64
# A proxy on the same machine that comes through a Unix socket has no address; it is trusted by this word.
UNIX = "unix"
# Under this tries are counted that come from nowhere; no client can have it.
NO_ADDRESS = "0.0.0.0"  # noqa: S104


def source_address(request: HttpRequest) -> str:
    """The client's IP address, or "" for a peer without one.

    X-Forwarded-For counts only from PORTAL_TRUSTED_PROXIES and is read from the right, as far as each hop is
    trusted too; what is further left was written by strangers. No other header says where a request comes from.
    """
    peer = _address(request.META.get("REMOTE_ADDR", ""))
    chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    while chain and _is_trusted(peer):
        hop = _address(chain.pop())
        if not hop:
            break
        peer = hop
    return peer


def throttled_address(request: HttpRequest) -> str:
    """The address under which tries are counted: that of the client, or its whole site for IPv6."""
    address = source_address(request)
    if not address:
        return NO_ADDRESS
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        return str(ip_network((ip, IPV6_SITE_BITS), strict=False).network_address)
    return address


def is_within(address: str, networks: list[str]) -> bool:
    """True where the address is in one of the networks, given as CIDR."""
    if not address:
        return False
    ip = ip_address(address)
    return any(ip in ip_network(network, strict=False) for network in networks)


def _address(text: str) -> str:
    """The text as a plain IP address, or "" where it is none. Some proxies add the port."""
    words = text.strip()
    if words.startswith("["):
        words = words[1:].partition("]")[0]
    elif words.count(":") == 1:
        words = words.partition(":")[0]
    try:
        ip = ip_address(words.partition("%")[0])
    except ValueError:
        return ""
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return str(mapped or ip)


def _is_trusted(peer: str) -> bool:
    if not peer:
        return UNIX in settings.TRUSTED_PROXIES
    return is_within(peer, [network for network in settings.TRUSTED_PROXIES if network != UNIX])
