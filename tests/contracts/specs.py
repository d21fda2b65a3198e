"""Specs for the contract suites: the same wish for every driver."""

import itertools
import random
import uuid

from compute.drivers.specs import DiskSpec, GuestData, GuestSpec, NicSpec
from networking.drivers.contract import NetworkSpec, ReservationSpec

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0000000000000000000000000000000000000000000 tester"
_numbers = itertools.count(1)


def mac():
    """A MAC address that no other test of this run uses."""
    tail = uuid.uuid4().bytes[:3]
    return f"52:54:00:{tail[0]:02x}:{tail[1]:02x}:{tail[2]:02x}"


def guest(rig, **changes):
    """A small guest with one volume and one NIC."""
    number = next(_numbers)
    values = {
        "uuid": uuid.uuid4(),
        "name": f"guest-{number}",
        "cpus": 1,
        "memory_mib": 32,
        "disks": (disk(rig.volume_locator()),),
        "nics": (),
        "guest_data": GuestData(instance_id=f"i-{number}", hostname=f"guest-{number}", ssh_keys=(KEY,)),
    }
    return GuestSpec(**{**values, **changes})


def disk(locator, device_index=0, format="raw"):
    return DiskSpec(uuid=uuid.uuid4(), locator=locator, format=format, device_index=device_index)


def nic(locator, device_index=0):
    return NicSpec(uuid=uuid.uuid4(), mac=mac(), network_locator=locator, device_index=device_index)


def network(**changes):
    """A network in a range that hardly any other test will choose."""
    middle = f"10.{random.randrange(128, 250)}.{random.randrange(256)}"
    values = {
        "uuid": uuid.uuid4(),
        "name": "shared",
        "cidr": f"{middle}.0/24",
        "gateway": f"{middle}.1",
        "nameservers": ("192.0.2.53",),
        "domain_name": "example.test",
        "mtu": 1450,
    }
    return NetworkSpec(**{**values, **changes})


def address(spec, last):
    """The address of a network that ends in that number."""
    return spec.gateway.rpartition(".")[0] + f".{last}"


def reservation(spec, last, **changes):
    values = {"mac": mac(), "ip": address(spec, last), "hostname": f"host-{last}"}
    return ReservationSpec(**{**values, **changes})
