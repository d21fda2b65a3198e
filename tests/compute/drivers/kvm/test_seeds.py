"""A seed is an ISO image that cloud-init reads, and no value in it can add a line."""

import io
import json

import pycdlib
import pytest
import yaml

from compute.drivers.kvm import seeds
from compute.drivers.specs import AddressSpec, GuestData, NicConfig

KEY = 'ssh-ed25519 AAAA "tester" #1'


def files_of(content):
    """The files of the seed by their Joliet names."""
    iso = pycdlib.PyCdlib()
    iso.open_fp(io.BytesIO(content))
    found = {}
    for child in iso.list_children(joliet_path="/"):
        if child.is_file():
            name = child.file_identifier().decode("utf-16-be")
            out = io.BytesIO()
            iso.get_file_from_iso_fp(out, joliet_path=f"/{name}")
            found[name] = out.getvalue().decode()
    iso.close()
    return found


def data(**changes):
    return GuestData(**{"instance_id": "i-1", "hostname": "web-1", **changes})


def test_the_label_is_where_small_guests_look_for_it():
    # ISO 9660 keeps the volume's label at byte 40 of sector 16.
    assert seeds.image(data())[16 * 2048 + 40 :].startswith(b"cidata ")


def test_the_guest_reads_its_name_and_keys():
    files = files_of(seeds.image(data(ssh_keys=(KEY, "ssh-rsa BBBB"))))

    assert yaml.safe_load(files["meta-data"]) == {
        "instance-id": "i-1",
        "local-hostname": "web-1",
        "public-keys": [KEY, "ssh-rsa BBBB"],
    }
    assert "local-hostname: web-1\n" in files["meta-data"]


def test_the_tenants_text_is_passed_on_as_it_is():
    text = "#!/bin/sh\necho 'ü' \"$HOME\" > /tmp/x\n"

    assert files_of(seeds.image(data(user_data=text)))["user-data"] == text


def test_without_a_text_the_guest_gets_an_empty_one():
    files = files_of(seeds.image(data()))

    assert files["user-data"] == "#cloud-config\n"
    assert "network-config" not in files


def test_the_network_is_told_when_it_is_not_left_to_dhcp():
    nics = (
        NicConfig(
            mac="52:54:00:00:00:01",
            addresses=(AddressSpec(ip="10.1.1.5", prefix_length=24, gateway="10.1.1.1"),),
            nameservers=("10.1.1.1",),
        ),
        NicConfig(mac="52:54:00:00:00:02"),
    )

    config = json.loads(files_of(seeds.image(data(nics=nics)))["network-config"])

    assert config["version"] == 2
    assert config["ethernets"]["nic0"] == {
        "match": {"macaddress": "52:54:00:00:00:01"},
        "dhcp4": False,
        "addresses": ["10.1.1.5/24"],
        "routes": [{"to": "default", "via": "10.1.1.1"}],
        "nameservers": {"addresses": ["10.1.1.1"]},
    }
    assert config["ethernets"]["nic1"] == {"match": {"macaddress": "52:54:00:00:00:02"}, "dhcp4": True}


@pytest.mark.parametrize("size", [0, 1, 5000])
def test_a_seed_is_whole_sectors(size):
    assert len(seeds.image(data(user_data="x" * size))) % 512 == 0
