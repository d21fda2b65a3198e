"""Where a request comes from: the peer, or whom a proxy that we trust says it speaks for."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def source_address(request: HttpRequest) -> str:
    """The client's IP address. X-Forwarded-For counts only from PORTAL_TRUSTED_PROXIES, read from the right."""
    peer = request.META.get("REMOTE_ADDR", "")
    chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    while chain and _is_trusted(peer):
        peer = chain.pop()
    return peer[:45]


def _is_trusted(address: str) -> bool:
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return any(ip in ip_network(network, strict=False) for network in settings.TRUSTED_PROXIES)
