"""No address keeps people waiting, and none is believed without a good certificate."""

import socket
import threading
import time

import pytest

from tenants.directory import connections
from tenants.directory.connections import Address, Unusable
from tenants.models import DirectoryServer


@pytest.fixture
def silent_port():
    """A port that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(20)
        yield listener.getsockname()[1]


@pytest.fixture
def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture
def talking_port():
    """A port that answers everybody with what it is told to, once, and then says nothing."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(20)
    kept = []

    def serve(answer):
        def run():
            peer, _ = listener.accept()
            kept.append(peer)
            peer.recv(4096)
            peer.sendall(answer)

        threading.Thread(target=run, daemon=True).start()
        return listener.getsockname()[1]

    yield serve
    listener.close()
    for peer in kept:
        peer.close()


def server_with(tls_mode):
    return DirectoryServer(tls_mode=tls_mode, timeout_seconds=1)


@pytest.mark.parametrize(
    ("uri", "host", "port"),
    [
        ("ldap://ldap.example.org", "ldap.example.org", 389),
        ("ldaps://ldap.example.org", "ldap.example.org", 636),
        ("ldap://[2001:db8::1]:1389", "2001:db8::1", 1389),
        ("LDAPS://10.0.0.1:7636/", "10.0.0.1", 7636),
    ],
)
def test_an_address_has_a_host_and_a_port(uri, host, port):
    address = Address.of(uri)
    assert (address.host, address.port) == (host, port)


@pytest.mark.parametrize("uri", ["http://x", "ldapi://%2Frun%2Fldapi", "ldap://", "x", "", "ldap://x:port"])
def test_other_addresses_are_none(uri):
    with pytest.raises(ValueError, match=r"address of a directory|Port could not be cast"):
        Address.of(uri)


@pytest.mark.parametrize("mode", ["starttls", "ldaps"])
def test_a_server_that_says_nothing_is_given_up_in_time(silent_port, mode):
    scheme = "ldaps" if mode == "ldaps" else "ldap"
    began = time.monotonic()
    with pytest.raises(Unusable, match="no answer within 1 seconds"):
        connections.open_connection(server_with(mode), f"{scheme}://127.0.0.1:{silent_port}")
    assert time.monotonic() - began < 10


def test_a_server_that_starts_tls_and_falls_silent_is_given_up_in_time(talking_port):
    port = talking_port(bytes.fromhex("300c02010178070a010004000400"))
    began = time.monotonic()
    with pytest.raises(Unusable, match="no answer within 1 seconds"):
        connections.open_connection(server_with("starttls"), f"ldap://127.0.0.1:{port}")
    assert time.monotonic() - began < 10


def test_a_server_without_tls_is_not_asked_without_it(talking_port):
    port = talking_port(bytes.fromhex("300c02010178070a010204000400"))
    with pytest.raises(Unusable, match="does not offer StartTLS"):
        connections.open_connection(server_with("starttls"), f"ldap://127.0.0.1:{port}")


def test_something_that_is_no_directory_is_told_apart(talking_port):
    port = talking_port(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(Unusable, match="no TLS connection could be made"):
        connections.open_connection(server_with("ldaps"), f"ldaps://127.0.0.1:{port}")


@pytest.mark.parametrize("mode", ["none", "starttls", "ldaps"])
def test_a_closed_port_is_refused_at_once(closed_port, mode):
    began = time.monotonic()
    with pytest.raises(Unusable, match="Connection refused"):
        connections.open_connection(server_with(mode), f"ldap://127.0.0.1:{closed_port}")
    assert time.monotonic() - began < 10


def test_a_host_that_does_not_exist_is_unusable(monkeypatch):
    def create_connection(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(connections.socket, "create_connection", create_connection)
    with pytest.raises(Unusable, match="Name or service not known"):
        connections.open_connection(server_with("none"), "ldap://host.invalid")
