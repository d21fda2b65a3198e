"""Real libvirt connections over TLS and ssh: whom they let in, and what is said when they do not."""

import os
import socket
import stat
import sys

import pytest

from cloudportal.drivers.errors import Unreachable, WrongCredentials
from cloudportal.drivers.libvirtd.link import Link
from deploy.services import certificates, libvirtd
from tests.support.libvirtd import PrivateLibvirtd, libvirtd_process, private_libvirtd  # noqa: F401

pytestmark = pytest.mark.real

# Stands in for ssh: keeps what it was called with, and then does as the test wants.
SSH = """#!/bin/sh
for word in "$@"; do echo "$word" >> "$0.words"; done
{then}
"""
# What the far end of ssh does: pass everything on to the daemon's socket.
RELAY = """exec {python} -c '
import os, select, socket
far = socket.socket(socket.AF_UNIX)
far.connect("{socket}")
while True:
    for ready in select.select([0, far], [], [])[0]:
        data = os.read(0, 65536) if ready == 0 else far.recv(65536)
        if not data:
            raise SystemExit
        far.sendall(data) if ready == 0 else os.write(1, data)
'
"""


def check(uri):
    link = Link(uri)
    try:
        with link.talk(20) as talk:
            return talk.look(talk.connection.getType)
    finally:
        link.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def client_files(directory, authority, issuer):
    """A directory as libvirt's pkipath wants it: whom we trust, and who we are."""
    ours = certificates.issue(issuer, directory)
    ours.certificate.rename(directory / "clientcert.pem")
    ours.key.rename(directory / "clientkey.pem")
    (directory / "cacert.pem").write_bytes(authority.certificate.read_bytes())
    return directory


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return certificates.make_authority(tmp_path_factory.mktemp("authority"), "ours")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return certificates.make_authority(tmp_path_factory.mktemp("stranger"), "a stranger")


@pytest.fixture(scope="module")
def tls_address(tmp_path_factory, authority):
    """The address of a daemon that listens with a certificate of ours."""
    server = certificates.issue(authority, tmp_path_factory.mktemp("server"))
    listener = libvirtd.TlsListener(
        port=free_port(), authority=authority.certificate, certificate=server.certificate, key=server.key
    )
    daemon = PrivateLibvirtd(tmp_path_factory.mktemp("tls"), tls=listener)
    yield f"qemu+tls://127.0.0.1:{listener.port}/system"
    daemon.stop()


@pytest.fixture
def ssh(tmp_path, monkeypatch):
    """Puts a stand-in for ssh first in the path: `ssh(what it does)` gives the file with its words."""

    def install(then):
        program = tmp_path / "ssh"
        program.write_text(SSH.format(then=then))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        return tmp_path / "ssh.words"

    return install


def test_tls_lets_in_who_shows_a_certificate_of_ours(tls_address, authority, tmp_path):
    files = client_files(tmp_path / "pki", authority, authority)

    assert check(f"{tls_address}?pkipath={files}") == "QEMU"


def test_tls_does_not_let_in_a_stranger(tls_address, authority, stranger, tmp_path):
    files = client_files(tmp_path / "pki", authority, stranger)

    # With TLS 1.3 the far end hangs up without a word, so it may look like a host that went away.
    with pytest.raises((WrongCredentials, Unreachable)):
        check(f"{tls_address}?pkipath={files}")


def test_a_host_that_a_stranger_vouches_for_is_not_believed(tls_address, authority, stranger, tmp_path):
    files = client_files(tmp_path / "pki", stranger, authority)

    with pytest.raises(WrongCredentials):
        check(f"{tls_address}?pkipath={files}")


def test_a_port_where_nobody_listens_is_unreachable(authority, tmp_path):
    files = client_files(tmp_path / "pki", authority, authority)

    with pytest.raises(Unreachable):
        check(f"qemu+tls://127.0.0.1:{free_port()}/system?pkipath={files}")


def test_ssh_reaches_the_daemon_and_never_asks(ssh, private_libvirtd, tmp_path):  # noqa: F811
    python, path = sys.executable, private_libvirtd.daemon.socket_path
    words = ssh(RELAY.format(python=python, socket=path))

    assert check("qemu+ssh://portal@host.example.test/system?keyfile=/keys/portal") == "QEMU"

    called = words.read_text().splitlines()
    assert "BatchMode=yes" in " ".join(called)
    assert "/keys/portal" in called
    assert not any("StrictHostKeyChecking=no" in word for word in called)


def test_ssh_that_refuses_us_is_about_credentials(ssh):
    ssh("echo 'portal@host: Permission denied (publickey).' >&2; exit 255")

    with pytest.raises(WrongCredentials):
        check("qemu+ssh://portal@host.example.test/system")


def test_ssh_to_a_host_with_another_key_is_about_credentials(ssh):
    ssh("echo 'Host key verification failed.' >&2; exit 255")

    with pytest.raises(WrongCredentials):
        check("qemu+ssh://portal@host.example.test/system")


def test_ssh_to_nowhere_is_unreachable(ssh):
    ssh("echo 'ssh: connect to host host.example.test port 22: No route to host' >&2; exit 255")

    with pytest.raises(Unreachable):
        check("qemu+ssh://portal@host.example.test/system")
