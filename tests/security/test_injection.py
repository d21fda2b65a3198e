"""Texts of tenants on their way into files, XML and commands: each arrives whole or is refused, and adds nothing.

CVE-2024-29008 (XML of tenants), CVE-2021-40085 (options of dnsmasq), CVE-2026-23953 (line breaks), CVE-2026-61400
(commands), CVE-2026-46447 (kernel lines).
"""

import ipaddress
import json
import re
import uuid

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cloudportal.core.errors import InvalidInput
from cloudportal.core.names import check_hostname, check_label
from cloudportal.drivers.errors import InvalidSpec
from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.settings import InvalidSettings, Setting, validate
from compute.drivers.kvm.machine import guest_xml
from compute.drivers.seeds import nocloud
from compute.drivers.specs import DiskSpec, GuestData, GuestSpec, NicSpec
from compute.services.instances.guest_values import checked_display_name, checked_ssh_keys
from networking.drivers.contract import NetworkSpec, ReservationSpec
from networking.drivers.libvirt_network.definition import network_xml
from tenants.names import check_network_suffix
from tests.support.factories_guest_data import public_key

# Text of any kind, and text with what means something to a file, a shell, an option or a tag in the middle of it.
BREAKS = [
    "\n",
    "\r",
    "\r\n",
    "\x00",
    "\x1b",
    "\x85",
    "\u2028",
    "\t",
    ",",
    ";",
    "'",
    '"',
    "<",
    ">",
    "&",
    "$(x)",
    "`x`",
    " ",
]
BREAKS += ["]]>", "<!--", "#", ": ", "- ", "--", "=", "|", "\u202e", "\ud800", "\u212a", "%s"]
WORDS = st.text(alphabet="abcxyz019-.", max_size=12)
HOSTILE = st.text(max_size=40) | st.builds("".join, st.lists(WORDS | st.sampled_from(BREAKS), max_size=5))
HARMLESS_LINE = re.compile(
    r"[^\x00-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff<>&'\"`$;|\\]*"
)


def accepted(check, *values, refusals=(InvalidInput, InvalidSpec, InvalidSettings)):
    """What the check made of the value, or None where it was refused."""
    try:
        return check(*values)
    except refusals:
        return None


@given(HOSTILE)
def test_a_host_name_is_a_label_of_dns_or_refused(text):
    name = accepted(check_hostname, text)
    assert name is None or re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", name, re.ASCII)


@given(HOSTILE)
def test_a_suffix_of_a_network_is_a_name_of_dns_or_refused(text):
    suffix = accepted(check_network_suffix, text)
    assert suffix is None or re.fullmatch(r"(?![.-])[a-z0-9.-]*(?<![.-])", suffix, re.ASCII)


@given(HOSTILE)
@pytest.mark.parametrize("check", [check_label, checked_display_name])
def test_a_name_is_one_harmless_line_or_refused(check, text):
    name = accepted(check, text)
    assert name is None or HARMLESS_LINE.fullmatch(name)


KEY = public_key("")


@given(HOSTILE)
def test_an_ssh_key_is_one_line_and_one_key_or_refused(comment):
    keys = accepted(checked_ssh_keys, [f"{KEY}{comment}"])
    assert keys is None or (len(keys) == 1 and len(keys[0].splitlines()) == 1 and keys[0].isprintable())


def test_an_ssh_key_with_a_plain_comment_is_taken():
    assert accepted(checked_ssh_keys, [f"{KEY}me@example.org"]) == [f"{KEY}me@example.org"]


@given(HOSTILE)
def test_an_option_before_an_ssh_key_is_refused(text):
    assert accepted(checked_ssh_keys, [f'command="{text}" {KEY}x']) is None


@given(hostname=HOSTILE, keys=st.lists(HOSTILE, max_size=3), user_data=HOSTILE)
def test_the_seed_says_what_was_given_and_nothing_else(hostname, keys, user_data):
    values = {"instance_id": str(uuid.uuid4()), "hostname": hostname, "ssh_keys": tuple(keys)}
    data = accepted(lambda: GuestData(**values))
    lines = yaml.load(nocloud.files(data)["meta-data"], Loader=yaml.BaseLoader) if data else None  # noqa: S506 - texts only
    assert data is None or lines == {
        "instance-id": values["instance_id"],
        "local-hostname": hostname,
        **({"public-keys": keys} if keys else {}),
    }


@given(HOSTILE)
def test_user_data_is_a_file_of_its_own(text):
    data = accepted(
        lambda: GuestData(instance_id="i-1", hostname="web", user_data=text), refusals=UnicodeEncodeError
    )
    files = nocloud.files(data) if data else {"meta-data": b"instance-id: i-1\nlocal-hostname: web\n"}
    assert files["meta-data"] == b"instance-id: i-1\nlocal-hostname: web\n"


def shape(document):
    """The elements of a document with their attributes' names, whatever the values are."""
    return [(element.tag, sorted(element.attrib)) for element in xml.read(document).iter()]


def a_guest(name, volume="file:/pool/a", network="libvirt-network:net-1"):
    disk = DiskSpec(uuid=uuid.uuid4(), locator=volume, format="qcow2", device_index=0)
    nic = NicSpec(uuid=uuid.uuid4(), mac="52:54:00:00:00:01", network_locator=network, device_index=0)
    spec = GuestSpec(uuid=uuid.uuid4(), name=name, cpus=1, memory_mib=64, disks=(disk,), nics=(nic,))
    return guest_xml(spec, "qemu", None)


@given(HOSTILE)
def test_no_name_adds_anything_to_a_guest(name):
    document = accepted(a_guest, name)
    assert document is None or shape(document) == shape(a_guest("web"))


@given(HOSTILE)
def test_no_locator_adds_anything_to_a_guest(text):
    document = accepted(a_guest, "web", f"file:/pool/{text}", f"libvirt-network:{text}")
    assert document is None or shape(document) == shape(a_guest("web"))


def a_network(name="shared", domain="example.test", server="192.0.2.53", hostname="web"):
    spec = NetworkSpec(
        uuid=uuid.uuid4(),
        name=name,
        cidr="10.1.1.0/24",
        gateway="10.1.1.1",
        nameservers=(server,),
        domain_name=domain,
        mtu=1450,
    )
    reserved = ReservationSpec(mac="52:54:00:00:00:01", ip="10.1.1.5", hostname=hostname)
    return network_xml(spec, (reserved,), 10)


@given(HOSTILE)
@pytest.mark.parametrize("field", ["name", "domain", "server", "hostname"])
def test_no_value_adds_anything_to_a_network(field, text):
    document = accepted(lambda: a_network(**{field: text}))
    assert document is None or shape(document) == shape(a_network())


@given(HOSTILE)
@pytest.mark.parametrize("field", ["domain", "server", "hostname"])
def test_what_dnsmasq_reads_is_plain(field, text):
    # libvirt writes these into a file of dnsmasq's, where a line break or a comma begins something else.
    document = accepted(lambda: a_network(**{field: text}))
    assert document is None or re.fullmatch(r"[A-Za-z0-9.:%-]*", text, re.ASCII) or ipaddress.ip_address(text)


@given(HOSTILE)
@pytest.mark.parametrize("kind", ["text", "url", "path", "secret"])
def test_a_drivers_setting_is_one_line_or_refused(kind, text):
    setting = Setting(name="one", label="One", kind=kind, scope="host", help="")
    cleaned = accepted(validate, [setting], {"one": text})
    assert not any(
        ord(letter) < 32 or ord(letter) == 127 for letter in json.dumps(cleaned or {}, ensure_ascii=False)
    )
