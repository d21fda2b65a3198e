"""Where a page may send its reader: only to our own pages, whatever the request says."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def safe(request: HttpRequest, wanted: str | None, *, otherwise: str) -> str:
    """The wanted path where it is one of ours, else the other one. Never an address of another host."""
    if wanted and wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return otherwise


def path_of(address: str) -> str:
    """Path and query of a full address, such as the one that htmx says its page has."""
    parts = urlsplit(address)
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path
