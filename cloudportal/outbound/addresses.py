"""Which addresses a request on behalf of a tenant may go to: the public internet, and networks that operators named.

The portal stands inside the cloud's own networks. Whoever may tell it where to fetch from could otherwise reach what
only it can reach (server-side request forgery: CVE-2024-29007, CVE-2026-50112, CVE-2026-59085, OSSA-2026-004).
Lists: IANA's special-purpose address registries, RFC 6890 and its updates.
"""

import socket
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from cloudportal.core.errors import InvalidInput
from cloudportal.drivers.errors import Unreachable

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]

# Not even operators may name these: the services of clouds for their own guests, and what is no place at all.
_NEVER = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "169.254.0.0/16",  # link-local, with the metadata service of most clouds
        "100.100.100.200/32",  # Alibaba's
        "168.63.129.16/32",  # Azure's
        "192.0.0.192/32",  # Oracle's
        "224.0.0.0/4",
        "255.255.255.255/32",
        "::/128",
        "fe80::/10",
        "fd00:ec2::254/128",  # Amazon's
        "ff00::/8",
        # Each of these carries an IPv4 address inside, which a router or the kernel would unpack.
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
    )
)
# Not public; operators may name parts of these.
_PRIVATE_V4 = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "240.0.0.0/4",
    )
)
# Of IPv6 only what is given out for the internet is public, less its own special parts.
_PUBLIC_V6 = ip_network("2000::/3")
_PRIVATE_V6 = tuple(ip_network(text) for text in ("2001::/23", "2001:db8::/32", "3fff::/20"))
# ::1 lies in the range of the embedded ones, and is an ordinary loopback address all the same.
_LOOPBACK_V6 = ip_address("::1")


def is_allowed(address: Address, networks: Iterable[Network] = ()) -> bool:
    """True where a request for a tenant may go; `networks` are those that operators named beside the internet."""
    if getattr(address, "scope_id", None):
        return False
    if address != _LOOPBACK_V6 and _is_in(address, _NEVER):
        return False
    return _is_public(address) or _is_in(address, networks)


def vetted(host: str, port: int, networks: Iterable[Network] = (), *, resolve: Resolve | None = None) -> str:
    """An address of the host that the request may go to. The name is resolved once, here: connect to what this gives.

    Raises InvalidInput where any of its addresses is not allowed, for a name that leads both outside and inside is a
    trap; Unreachable where it has none at the moment.
    """
    try:
        found = [ip_address(one) for one in (resolve or resolved)(host, port)]
    except (OSError, UnicodeError) as error:
        raise Unreachable(
            f"The name {host} could not be looked up, so nothing was fetched. Look at how it is written.",
            detail=str(error),
        ) from error
    named = tuple(networks)
    if not found or not all(is_allowed(one, named) for one in found):
        raise refusal(host)
    return str(found[0])


def resolved(host: str, port: int) -> list[str]:
    """All addresses of the host, IPv4 first: many networks have no way out for IPv6."""
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    rows.sort(key=lambda row: row[0] != socket.AF_INET)
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def refusal(host: str) -> InvalidInput:
    """The same whichever inner address it was: the answer must not map the inside."""
    return InvalidInput.of(
        "url",
        f"{host} is not a place on the internet that may be fetched from. Use a public address, or ask your "
        "operators to allow that network.",
    )


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not _is_in(address, _PRIVATE_V4)
    return address in _PUBLIC_V6 and not _is_in(address, _PRIVATE_V6)


def _is_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == one.version and address in one for one in networks)
