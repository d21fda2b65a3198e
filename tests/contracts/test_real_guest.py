"""The three real drivers together: a guest from the small image gets its address, its name and its data, and
shuts down.
"""

import hashlib
import time
import urllib.request
import uuid
from contextlib import contextmanager
from dataclasses import replace

import pytest

from compute.drivers.facts import Power, PowerAction
from compute.drivers.specs import DiskSpec, GuestData, GuestSpec
from deploy.guest_image import IMAGE
from storage.drivers.contract import ImageSpec, VolumeSpec
from tests.contracts import specs
from tests.contracts.waiting import wait_until
from tests.support import kernel

pytestmark = [pytest.mark.real, pytest.mark.slow]

BOOT_SECONDS = 90
GIB = 1 << 30
USER_DATA = "#!/bin/sh\necho told > /var/www/told.html\n"
RATE_MBITS = 4
LARGE_BYTES = 4 << 20
LARGE = f"#!/bin/sh\nhead -c {LARGE_BYTES} /dev/zero > /var/www/large\necho told > /var/www/told.html\n"


@pytest.fixture
def root_volume(libvirt_storage):
    """A volume that starts from the small image."""
    assert IMAGE.exists(), "The small image is missing. Run `make image` first."
    content = IMAGE.read_bytes()
    image = ImageSpec(
        image_id=uuid.uuid4(),
        size_bytes=len(content),
        format="qcow2",
        checksum=hashlib.sha256(content).hexdigest(),
    )
    with libvirt_storage.open(timeout_seconds=60) as pool:
        pool.ensure_pool(libvirt_storage.pool_spec)
        pool.ensure_image(image, IMAGE)
        yield pool.ensure_volume(VolumeSpec(uuid=uuid.uuid4(), size_bytes=GIB, base_image=image.image_id))


@pytest.fixture
def address(libvirt_networks):
    """A NIC with a reserved address on a network, as (NIC, address)."""
    with libvirt_networks.open() as networks:
        spec = specs.network()
        nic = specs.nic(networks.ensure_network(spec).locator)
        reservation = specs.reservation(spec, 10, mac=nic.mac)
        networks.ensure_reservation(spec.uuid, reservation)
        yield nic, reservation.ip


@pytest.fixture
def guest(kvm_compute, root_volume, address):
    """The spec of a running guest, and its driver."""
    with running(kvm_compute, root_volume, address[0], USER_DATA) as made:
        yield made


@pytest.fixture
def held_guest(kvm_compute, root_volume, address):
    """The same with a cap on its NIC, and with a large page."""
    with kvm_compute.open(timeout_seconds=60) as driver:
        kernel.demand_network_caps(driver)
    with running(kvm_compute, root_volume, replace(address[0], rate_mbits=RATE_MBITS), LARGE) as made:
        yield made


@contextmanager
def running(kvm_compute, root_volume, nic, user_data):
    disk = DiskSpec(
        uuid=root_volume.uuid, locator=root_volume.locator, format=root_volume.format, device_index=0
    )
    spec = GuestSpec(
        uuid=uuid.uuid4(),
        name="web",
        cpus=1,
        memory_mib=128,
        disks=(disk,),
        nics=(nic,),
        guest_data=GuestData(instance_id="i-web", hostname="web", ssh_keys=(specs.KEY,), user_data=user_data),
    )
    with kvm_compute.open(timeout_seconds=60) as driver:
        driver.ensure_guest(spec)
        driver.set_power(spec.uuid, PowerAction.ON)
        yield spec, driver
        driver.remove_guest(spec.uuid)


def page(ip, name="", timeout_seconds=1):
    with urllib.request.urlopen(f"http://{ip}/{name}", timeout=timeout_seconds) as answer:
        return answer.read().decode()


def answers(ip, name=""):
    try:
        return bool(page(ip, name))
    except OSError:
        return False


def test_a_guest_from_the_small_image_lives(guest, address):
    spec, driver = guest
    _, ip = address

    wait_until(lambda: answers(ip, "told.html"), timeout_seconds=BOOT_SECONDS, pause_seconds=0.2)

    assert page(ip).split() == ["web", "i-web"]
    assert page(ip, "told.html") == "told\n"
    statistics = driver.guest_statistics(spec.uuid)
    assert statistics.nics[0].received_bytes > 0
    assert statistics.nics[0].sent_bytes > 0
    assert statistics.disks[0].read_bytes > 1 << 20
    assert [disk.device_index for disk in statistics.disks] == [0]

    assert driver.set_power(spec.uuid, PowerAction.OFF, timeout_seconds=60).power is Power.OFF
    assert not answers(ip)

    driver.set_power(spec.uuid, PowerAction.ON)
    wait_until(lambda: answers(ip), timeout_seconds=BOOT_SECONDS, pause_seconds=0.2)


def test_a_capped_card_sends_no_faster_than_its_rate(held_guest, address):
    _, ip = address
    wait_until(lambda: answers(ip, "told.html"), timeout_seconds=BOOT_SECONDS, pause_seconds=0.2)

    began = time.monotonic()
    received = len(page(ip, "large", timeout_seconds=60))
    took_seconds = time.monotonic() - began

    assert received == LARGE_BYTES
    # The policer lets a second's worth pass at once, before it holds anything.
    assert took_seconds > LARGE_BYTES * 8 / (RATE_MBITS * 1_000_000) - 2
