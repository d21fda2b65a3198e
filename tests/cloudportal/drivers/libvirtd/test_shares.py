"""Only what names a server, a directory and known options reaches the XML and the command line of a mount."""

import shlex
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from cloudportal.drivers.errors import InvalidSpec
from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.shares import (
    Share,
    export_fault,
    options_fault,
    options_in,
    pool_xml,
    server_fault,
)

POOL = uuid.UUID(int=7)
HOSTILE = some.one_of(
    some.text(max_size=30),
    some.text(alphabet="a1./,:=-_[] \n\x00'\"<&;$`%@", max_size=20),
)


def share(**changes):
    return Share(**{"server": "nas1.example.org", "export": "/export/primary", **changes})


@pytest.mark.parametrize(
    "server", ["nas1", "nas1.example.org", "10.0.0.5", "2001:db8::5", "127.0.0.1", "3com.example"]
)
def test_a_server_is_a_name_or_an_address(server):
    assert server_fault(server) is None


@pytest.mark.parametrize(
    "server",
    [
        *(
            "",
            "-o",
            "-oexec=/bin/sh",
            "a b",
            "a,b",
            "a/b",
            "a:b",
            "a\nb",
            "nas;id",
            "$(id)",
            "nas.",
            ".nas",
            "näs",
        ),
        *("0.0.0.0", "::", "224.0.0.1", "169.254.169.254", "fe80::1", "fe80::1%eth0", "2001:db8::5%eth0"),  # noqa: S104
        *("127.1", "2130706433", "0x7f.0x1", "10.0.0.256", "[::1]", "user@nas", "a" * 64, f"{'a.' * 126}aa"),
    ],
)
def test_what_is_no_server_is_refused_with_a_sentence(server):
    assert server_fault(server).endswith(".")


@pytest.mark.parametrize("export", ["/export", "/srv/nfs/pool_1/a.b", "/data@2+x/y-z"])
def test_an_export_is_an_absolute_path(export):
    assert export_fault(export) is None


@pytest.mark.parametrize(
    "export",
    [
        *("", "/", "export", "//a", "/a/", "/a//b", "/a/..", "/../a", "/a/.", "/.a", "/-a", "/" + "a" * 255),
        *("/a b", "/a,b", "/a\n", "/a:b", "/ä", "/a'b", "/a<b", "/a%2fb"),
    ],
)
def test_what_is_no_export_is_refused_with_a_sentence(export):
    assert export_fault(export).endswith(".")


@pytest.mark.parametrize(
    "options", ["", "hard", "nfsvers=4.2,hard,timeo=600,retrans=2", "vers=3,nolock,port=12049"]
)
def test_known_options_pass(options):
    assert options_fault(options) is None


@pytest.mark.parametrize(
    "options",
    [
        *(
            "suid",
            "dev",
            "exec",
            "bg",
            "retry=9",
            "addr=10.0.0.1",
            "context=x",
            "hard=1",
            "nfsvers",
            "nfsvers=5",
        ),
        *("timeo=0", "timeo=-1", "timeo=1e3", "timeo=٣", "rsize=99999999", "port=65536"),
        *(
            ",",
            "hard,",
            ",hard",
            "hard,,noatime",
            " hard",
            "hard\n",
            "hard,soft",
            "lock,nolock",
            "nfsvers=3,vers=3",
        ),
        "timeo=1,timeo=2",
    ],
)
def test_other_options_are_refused_with_a_sentence(options):
    assert options_fault(options).endswith(".")


@settings(max_examples=150, deadline=None)
@given(server=HOSTILE, export=HOSTILE.map("/{}".format), options=HOSTILE)
def test_nothing_else_gets_through(server, export, options):
    """What passes needs no quoting in a shell and no escape in a list of options or a table of mounts."""
    for value, fault in ((server, server_fault), (export, export_fault), (options, options_fault)):
        passed = "" if fault(value) else value
        assert shlex.quote(passed or "x") == (passed or "x")
        assert not passed.startswith("-") and passed.isascii() and ".." not in passed.split("/")


def test_a_share_of_unchecked_values_is_never_made():
    for wrong in ({"server": "-o"}, {"export": "/a/../b"}, {"options": "suid"}):
        with pytest.raises(InvalidSpec):
            share(**wrong)


def test_the_pool_has_its_source_its_place_and_its_options():
    root = xml.read(pool_xml(POOL, "nfs-x", share(options="timeo=600,hard")))
    assert (root.get("type"), root.findtext("uuid")) == ("netfs", str(POOL))
    assert xml.attribute(root, "source/host", "name") == "nas1.example.org"
    assert xml.attribute(root, "source/dir", "path") == "/export/primary"
    assert root.findtext("target/path") == f"/var/lib/libvirt/pools/{POOL}"
    assert options_in(pool_xml(POOL, "nfs-x", share(options="timeo=600,hard"))) == (
        "retry=0",
        "hard",
        "timeo=600",
    )


def test_an_address_with_colons_is_written_as_mount_wants_it():
    root = xml.read(pool_xml(POOL, "nfs-x", share(server="2001:db8::5")))
    assert xml.attribute(root, "source/host", "name") == "[2001:db8::5]"


def test_the_same_directory_is_known_whatever_the_options():
    assert share(server="NAS1.example.org", options="hard").key == share().key
    assert share(export="/export/other").key != share().key
