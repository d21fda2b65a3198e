"""A spec holds nothing that could mean something else on a host."""

import uuid

import pytest

from cloudportal.drivers.errors import InvalidSpec
from compute.drivers.specs import AddressSpec, DiskSpec, GuestData, GuestSpec, NicConfig, NicSpec


def disk(**changes):
    return DiskSpec(**{"uuid": uuid.uuid4(), "locator": "x:1", "format": "raw", "device_index": 0, **changes})


def nic(**changes):
    values = {"uuid": uuid.uuid4(), "mac": "52:54:00:00:00:01", "network_locator": "n:1", "device_index": 0}
    return NicSpec(**{**values, **changes})


def guest(**changes):
    values = {"uuid": uuid.uuid4(), "name": "g", "cpus": 1, "memory_mib": 64, "disks": (), "nics": ()}
    return GuestSpec(**{**values, **changes})


def data(**changes):
    return GuestData(**{"instance_id": "i-1", "hostname": "web-1", **changes})


@pytest.mark.parametrize(
    ("make", "changes"),
    [
        (disk, {"locator": ""}),
        (disk, {"locator": "a\nb"}),
        (disk, {"format": "vmdk"}),
        (disk, {"device_index": 25}),
        (disk, {"device_index": -1}),
        (nic, {"mac": "52:54:00:00:00:0"}),
        (nic, {"mac": "52-54-00-00-00-01"}),
        (nic, {"mac": "53:54:00:00:00:01"}),
        (nic, {"mac": "52:54:00:00:00:01\n"}),
        (nic, {"mtu": 100}),
        (nic, {"network_locator": "x" * 2000}),
        (guest, {"name": ""}),
        (guest, {"name": "two\nlines"}),
        (guest, {"name": "nul\0"}),
        (guest, {"name": "x" * 256}),
        (guest, {"cpus": 0}),
        (guest, {"memory_mib": 1}),
        (guest, {"boot_order": ()}),
        (guest, {"disks": (disk(), disk(locator="x:2"))}),
        (guest, {"disks": (disk(), disk(device_index=1))}),
        (guest, {"nics": (nic(), nic(mac="52:54:00:00:00:02"))}),
        (guest, {"nics": (nic(), nic(device_index=1))}),
        (data, {"hostname": "web_1"}),
        (data, {"hostname": "web\nruncmd: [evil]"}),
        (data, {"hostname": "-web"}),
        (data, {"hostname": "a" * 64}),
        (data, {"instance_id": "a: b"}),
        (data, {"instance_id": "a\nb"}),
        (data, {"ssh_keys": ("ssh-ed25519 AAAA\nruncmd: [evil]",)}),
        (data, {"user_data": "x" * (1024 * 1024 + 1)}),
    ],
)
def test_what_could_mean_something_else_is_refused(make, changes):
    with pytest.raises(InvalidSpec):
        make(**changes)


@pytest.mark.parametrize(
    "make",
    [
        lambda: AddressSpec(ip="192.0.2.300", prefix_length=24),
        lambda: AddressSpec(ip="192.0.2.3", prefix_length=200),
        lambda: AddressSpec(ip="192.0.2.3", prefix_length=24, gateway="gateway"),
        lambda: NicConfig(mac="x"),
        lambda: NicConfig(mac="52:54:00:00:00:01", nameservers=("dns.example.test",)),
    ],
)
def test_what_is_no_address_is_refused(make):
    with pytest.raises(InvalidSpec):
        make()


def test_the_digest_is_the_same_for_the_same_data_only():
    assert data().digest() == data().digest()
    assert len({data().digest(), data(hostname="web-2").digest(), data(user_data="#!x").digest()}) == 3
