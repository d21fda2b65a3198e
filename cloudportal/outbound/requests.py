"""One GET to a vetted address, with an end to its patience."""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cloudportal.core.errors import InvalidInput
from cloudportal.drivers.errors import Unreachable
from cloudportal.outbound.addresses import Network, Resolve, vetted
from cloudportal.outbound.locations import Location, followed, parsed

_REDIRECTS = {301, 302, 303, 307, 308}
AGENT = "cloud-portal"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Where requests may go, and how long they may take.

    `networks` are those that operators named beside the internet. `certificates` is a file of further authorities
    that servers may be certified by; the system's own always count.
    """

    networks: tuple[Network, ...] = ()
    ports: frozenset[int] = frozenset({80, 443})
    redirects: int = 5
    connect_seconds: float = 10.0
    # Until the headers are there, and then between two pieces of the body.
    answer_seconds: float = 30.0
    total_seconds: float = 6 * 3600.0
    # Slower than this over a minute is no download but a held connection.
    least_bytes_per_minute: int = 64 * 1024
    certificates: Path | None = None
    resolve: Resolve | None = field(default=None, compare=False)


class _Plain(http.client.HTTPConnection):
    """Speaks to the vetted address, whatever the name may lead to by now."""

    def __init__(self, location: Location, address: str, policy: Policy) -> None:
        super().__init__(location.host, location.port, timeout=policy.answer_seconds)
        self._address = address
        self._policy = policy

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self._policy.connect_seconds)
        self.sock.settimeout(self._policy.answer_seconds)


class _Secure(_Plain):
    """The same inside TLS: the certificate is that of the name, not of the address."""

    def connect(self) -> None:
        super().connect()
        context = ssl.create_default_context()
        if self._policy.certificates is not None:
            context.load_verify_locations(self._policy.certificates)
        self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


@contextmanager
def opened(url: str, policy: Policy, headers: Mapping[str, str]) -> Iterator[http.client.HTTPResponse]:
    """The answer to a GET of the address, behind all redirects; each hop is parsed, vetted and then connected to.

    Raises InvalidInput for a place that may not be asked, Unreachable where nobody answers in time.
    """
    location = parsed(url, policy.ports)
    for _ in range(policy.redirects + 1):
        with _asked(location, policy, headers) as answer:
            if answer.status not in _REDIRECTS:
                yield answer
                return
            there = answer.getheader("Location") or ""
        location = followed(location, there, policy.ports)
    raise InvalidInput.of(
        "url", f"The server sent us on more than {policy.redirects} times. Use the last address."
    )


@contextmanager
def _asked(
    location: Location, policy: Policy, headers: Mapping[str, str]
) -> Iterator[http.client.HTTPResponse]:
    address = vetted(location.host, location.port, policy.networks, resolve=policy.resolve)
    kind = _Secure if location.scheme == "https" else _Plain
    connection = kind(location, address, policy)
    try:
        yield _answer(connection, location, policy, headers)
    finally:
        connection.close()


def _answer(
    connection: _Plain, location: Location, policy: Policy, headers: Mapping[str, str]
) -> http.client.HTTPResponse:
    fixed = {"Host": location.authority, "User-Agent": AGENT, "Accept-Encoding": "identity"}
    try:
        connection.connect()
        with _cut_off(connection.sock, policy.answer_seconds):
            connection.request("GET", location.target, headers={**fixed, **headers})
            return connection.getresponse()
    except ssl.SSLCertVerificationError as error:
        raise InvalidInput.of(
            "url", f"The certificate of {location.host} cannot be trusted ({error.verify_message})."
        ) from error
    except (OSError, http.client.HTTPException) as error:
        raise silent(location.host, error) from error


@contextmanager
def _cut_off(sock: socket.socket, seconds: float) -> Iterator[None]:
    """Ends the connection after that time: a server that sends a byte now and then never runs into a time-out."""
    timer = threading.Timer(seconds, _shut, [sock])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _shut(sock: socket.socket) -> None:
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return


def silent(host: str, error: Exception) -> Unreachable:
    """Nobody answered there, or not to the end; another try may succeed."""
    return Unreachable(
        f"{host} did not answer as it should, so the file is not here yet. We go on where we stopped.",
        detail=f"{type(error).__name__}: {error}",
    )
