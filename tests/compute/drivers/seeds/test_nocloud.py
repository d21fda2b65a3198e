"""A NoCloud seed is an ISO image that cloud-init reads, and no value in it can add a line."""

import pytest
import yaml

from compute.drivers.seeds import seed_image
from compute.drivers.specs import AddressSpec, GuestData, NicConfig
from tests.compute.drivers.seeds.reading import files_of, label_of

KEY = 'ssh-ed25519 AAAA "tester" #1'


def data(**changes):
    return GuestData(**{"instance_id": "i-1", "hostname": "web-1", **changes})


def told(**changes):
    return files_of(seed_image(data(**changes)))


def test_the_label_is_where_small_guests_look_for_it():
    assert label_of(seed_image(data())) == "cidata"


def test_the_guest_reads_who_it_is():
    files = told(ssh_keys=(KEY, "ssh-rsa BBBB"), availability_zone="Zone 1: north")

    assert yaml.safe_load(files["meta-data"]) == {
        "instance-id": "i-1",
        "local-hostname": "web-1",
        "availability-zone": "Zone 1: north",
        "public-keys": [KEY, "ssh-rsa BBBB"],
    }
    assert "local-hostname: web-1\n" in files["meta-data"]


def test_a_value_stays_on_its_line_however_long_it_is():
    key = "ssh-rsa " + "B" * 5000 + " a comment with many words " * 20
    assert key in told(ssh_keys=(key,))["meta-data"]


@pytest.mark.parametrize("name", ["1", "0x10", "1e3", "no", "null", "2026-11-26"])
def test_a_name_that_looks_like_something_else_stays_a_name(name):
    assert yaml.safe_load(told(hostname=name)["meta-data"])["local-hostname"] == name


def test_the_tenants_text_is_passed_on_as_it_is():
    text = "#!/bin/sh\necho 'ü' \"$HOME\" > /tmp/x\n"

    assert told(user_data=text)["user-data"] == text


def test_what_there_is_nothing_to_say_of_is_not_there():
    assert told()["user-data"] == "#cloud-config\n"
    assert set(told()) == {"meta-data", "user-data", "vendor-data"}


def test_the_network_is_told_when_it_is_not_left_to_dhcp():
    nics = (
        NicConfig(
            mac="52:54:00:00:00:01",
            addresses=(AddressSpec(ip="10.1.1.5", prefix_length=24, gateway="10.1.1.1"),),
            nameservers=("10.1.1.1",),
            mtu=1450,
        ),
        NicConfig(mac="52:54:00:00:00:02"),
        NicConfig(
            mac="52:54:00:00:00:03",
            asks_dhcp=True,
            addresses=(AddressSpec(ip="10.1.3.9", prefix_length=24),),
        ),
    )

    config = yaml.safe_load(told(nics=nics)["network-config"])

    assert config == {
        "version": 2,
        "ethernets": {
            "eth0": {
                "match": {"macaddress": "52:54:00:00:00:01"},
                "set-name": "eth0",
                "dhcp4": False,
                "mtu": 1450,
                "addresses": ["10.1.1.5/24"],
                "routes": [{"to": "default", "via": "10.1.1.1"}],
                "nameservers": {"addresses": ["10.1.1.1"]},
            },
            "eth1": {"match": {"macaddress": "52:54:00:00:00:02"}, "set-name": "eth1", "dhcp4": True},
            "eth2": {
                "match": {"macaddress": "52:54:00:00:00:03"},
                "set-name": "eth2",
                "dhcp4": True,
                "addresses": ["10.1.3.9/24"],
            },
        },
    }


@pytest.mark.parametrize("size", [0, 1, 5000])
def test_a_seed_is_whole_sectors(size):
    assert len(seed_image(data(user_data="x" * size))) % 512 == 0
