"""Opening a connection to one of a directory's addresses: within a time limit, and with certificates checked."""

import socket
import ssl
import tempfile
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import ldap

from tenants.models import DirectoryServer

# LDAP's extended request 1.3.6.1.4.1.1466.20037 (RFC 4511, 4.14), as its 31 bytes.
_STARTTLS = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
_SUCCESS = b"\x0a\x01\x00"

UNREACHABLE = (ldap.SERVER_DOWN, ldap.CONNECT_ERROR, ldap.TIMEOUT, ldap.UNAVAILABLE, ldap.BUSY)


class Unusable(Exception):
    """An address at which the directory cannot be asked; the message says what stands in the way."""


@dataclass(frozen=True)
class Address:
    """One of a server's addresses in its parts."""

    uri: str
    host: str
    port: int

    @classmethod
    def of(cls, uri: str) -> "Address":
        """The parts of `ldap://host:port`. Raises ValueError."""
        parts = urlsplit(uri)
        if parts.scheme not in {"ldap", "ldaps"} or not parts.hostname:
            raise ValueError("This is not an address of a directory.")
        return cls(uri, parts.hostname, parts.port or (636 if parts.scheme == "ldaps" else 389))


def open_connection(server: DirectoryServer, uri: str) -> Any:
    """A connection that is ready for its bind, with TLS as the server's mode demands. Raises Unusable."""
    probe(server, uri)
    try:
        connection = ldap.initialize(uri)
        _set_options(connection, server)
        if server.tls_mode == DirectoryServer.STARTTLS:
            connection.start_tls_s()
    except ldap.LDAPError as error:
        raise Unusable(f"{uri}: {words_of(error)}") from error
    return connection


def probe(server: DirectoryServer, uri: str) -> None:
    """Returns when the address answers, with a good certificate where there is TLS. Raises Unusable.

    libldap puts no time limit on a TLS handshake and does not say what is wrong with a certificate; this does
    both, before libldap connects and checks once more itself.
    """
    address = Address.of(uri)
    limit = server.timeout_seconds
    try:
        with socket.create_connection((address.host, address.port), timeout=limit) as connection:
            _probe_tls(server, address, connection)
    except ssl.SSLCertVerificationError as error:
        raise Unusable(f"{uri}: the certificate is not to be trusted: {error.verify_message}") from error
    except ssl.SSLError as error:
        raise Unusable(f"{uri}: no TLS connection could be made: {error.reason or 'no answer'}") from error
    except TimeoutError as error:
        raise Unusable(f"{uri}: no answer within {limit} seconds") from error
    except OSError as error:
        raise Unusable(f"{uri}: {error.strerror or error}") from error


def words_of(error: ldap.LDAPError) -> str:
    """What libldap says about an error: the server's words, never a credential."""
    details = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    return str(details.get("desc") or type(error).__name__.replace("_", " ").lower())


def _probe_tls(server: DirectoryServer, address: Address, connection: socket.socket) -> None:
    if server.tls_mode == DirectoryServer.PLAIN:
        return
    if server.tls_mode == DirectoryServer.STARTTLS:
        connection.sendall(_STARTTLS)
        if _SUCCESS not in connection.recv(4096):
            raise Unusable(f"{address.uri}: the directory does not offer StartTLS")
    with _trust(server).wrap_socket(connection, server_hostname=address.host):
        return


def _trust(server: DirectoryServer) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=server.ca_certificates or None)
    # Newer Pythons refuse what many a house authority omits (key identifiers); libldap decides about those.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _set_options(connection: Any, server: DirectoryServer) -> None:
    connection.set_option(ldap.OPT_PROTOCOL_VERSION, 3)
    # A referral would carry the bind's credentials to a host that nobody here has chosen.
    connection.set_option(ldap.OPT_REFERRALS, 0)
    connection.set_option(ldap.OPT_NETWORK_TIMEOUT, server.timeout_seconds)
    connection.set_option(ldap.OPT_TIMEOUT, server.timeout_seconds)
    if server.tls_mode != DirectoryServer.PLAIN:
        _set_tls_options(connection, server.ca_certificates)


def _set_tls_options(connection: Any, certificates: str) -> None:
    connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        if certificates:
            file.write(certificates)
            file.flush()
            connection.set_option(ldap.OPT_X_TLS_CACERTFILE, file.name)
        # Reads the file and gives this connection a context of its own; without it the process's would be used.
        connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
