"""Addresses of the web as people type them, taken apart before anything is sent."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from cloudportal.core.errors import InvalidInput

LONGEST = 2000
SCHEMES = {"http": 80, "https": 443}
# What RFC 3986 lets stand in an address; a fragment is never sent.
_URL = re.compile(r"[A-Za-z0-9:/?@!$&'()*+,;=._~%\[\]-]+")
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\.?")
_V6 = re.compile(r"[0-9A-Fa-f:.]{2,45}")


@dataclass(frozen=True)
class Location:
    """An address in parts: `target` is path and query, as it is sent."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and, where it is not the scheme's own, port: the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == SCHEMES[self.scheme] else f"{host}:{self.port}"

    @property
    def text(self) -> str:
        """The whole address, in one spelling."""
        return f"{self.scheme}://{self.authority}{self.target}"


def parsed(url: str, ports: frozenset[int]) -> Location:
    """The address in parts. Nothing is sent or looked up. Raises InvalidInput for the field `url`."""
    text = url.strip()
    if not text or len(text) > LONGEST or not _URL.fullmatch(text):
        raise _wrong(f"Give the address of a file, of at most {LONGEST} plain characters.")
    try:
        parts = urlsplit(text)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        raise _wrong("This is not an address. It begins with https:// or http://.") from None
    if parts.scheme not in SCHEMES:
        raise _wrong("Only addresses that begin with https:// or http:// can be fetched.")
    if parts.username is not None or parts.password is not None:
        raise _wrong("Leave user name and password out: the address is shown to others.")
    if not (_V6.fullmatch(host) if ":" in host else _NAME.fullmatch(host)):
        raise _wrong("The name of the server in the address is not written as names are.")
    port = SCHEMES[parts.scheme] if port is None else port
    if port not in ports:
        allowed = ", ".join(str(one) for one in sorted(ports))
        raise _wrong(f"Port {port} may not be fetched from. Allowed are: {allowed}.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Location(parts.scheme, host, port, target)


def followed(location: Location, header: str, ports: frozenset[int]) -> Location:
    """Where a redirect leads, looked at as closely as the first address. Raises InvalidInput."""
    there = parsed(urljoin(location.text, header.strip()).partition("#")[0], ports)
    if location.scheme == "https" and there.scheme != "https":
        raise _wrong("The server sends us on from https to http, where others could change the file.")
    return there


def _wrong(sentence: str) -> InvalidInput:
    return InvalidInput.of("url", sentence)
