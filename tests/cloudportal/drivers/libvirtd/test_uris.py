"""Only addresses that name a libvirt daemon pass; nothing in them can run a program or switch a check off."""

import pytest

from cloudportal.drivers.libvirtd.uris import connection_uri, uri_fault


@pytest.mark.parametrize(
    "uri",
    [
        "qemu:///system",
        "qemu+unix:///system?socket=/run/private/libvirt-sock",
        "qemu+tls://host.example.test/system",
        "qemu+tls://192.0.2.7:16514/system?pkipath=/etc/pki/host",
        "qemu+tls://[2001:db8::7]/system",
        "qemu+ssh://root@host/system?keyfile=/etc/keys/host&known_hosts=/etc/keys/known",
    ],
)
def test_an_address_of_a_daemon_passes(uri):
    assert uri_fault(uri) is None


@pytest.mark.parametrize(
    "uri",
    [
        "qemu+ext:///system?command=/bin/evil",
        "qemu+ssh://host/system?command=/bin/evil",
        "qemu+ssh://host/system?netcat=/bin/evil",
        "qemu+ssh://host/system?no_verify=1",
        "qemu+tls://host/system?no_verify=1",
        "qemu+ssh://-oProxyCommand=evil/system",
        "qemu+ssh://-l@host/system",
        "qemu+ssh://user:password@host/system",
        "qemu+ssh://host/system?keyfile=../../etc/shadow",
        "qemu+ssh://host/system?keyfile=",
        "qemu+tcp://host/system",
        "qemu+tls:///system",
        "qemu://host/system",
        "qemu:///session",
        "test:///default",
        "xen:///system",
        "qemu+tls://host:port/system",
        "qemu+tls://host/system#fragment",
        "/run/libvirt",
        "",
    ],
)
def test_any_other_address_is_refused_with_a_sentence(uri):
    assert uri_fault(uri).endswith(".")


def test_ssh_never_asks_a_question():
    assert (
        connection_uri("qemu+ssh://host/system?keyfile=/k") == "qemu+ssh://host/system?keyfile=%2Fk&no_tty=1"
    )


def test_other_addresses_are_given_as_they_are():
    uri = "qemu+unix:///system?socket=/run/private/libvirt-sock"

    assert connection_uri(uri) == uri
