"""A real Debian with cloud-init does what it is told: at its first start, by its agent, and at a later start.

Needs root and the Debian package mmdebstrap. The image is built where it is not there yet, which takes about a minute;
each of the two starts takes the software-emulated processor one and a half to two.
"""

import hashlib
import subprocess
import uuid
from dataclasses import dataclass, replace
from ipaddress import ip_interface
from pathlib import Path

import pytest

from compute.drivers.facts import PowerAction
from compute.drivers.specs import (
    AddressSpec,
    DiskSpec,
    GuestData,
    GuestSpec,
    LoginChange,
    NicConfig,
    NicSpec,
)
from compute.services.guest_data.combining import combined
from compute.services.guest_data.passwords import sha512_crypt
from deploy import debian_guest
from deploy.stages import Stage
from storage.drivers.contract import ImageSpec, VolumeSpec
from tests.contracts import specs
from tests.contracts.rigs.real import KvmComputeRig, LibvirtNetworkRig, LibvirtPoolRig
from tests.contracts.waiting import wait_until

pytestmark = [pytest.mark.real, pytest.mark.slow]

# Python in a software-emulated guest on a busy machine takes its time: four minutes were seen.
BOOT_SECONDS = 900
GIB = 1 << 30
MORE_MIB = 256
USER = "debian"
# Its CPUs, and its memory in KiB.
SIZE = "echo $(nproc) $(awk '/^MemTotal/ {print $2}' /proc/meminfo)"
# As a template's own text and its user's are put together: documents whose lists are joined, and a script.
OF_TEMPLATE = "#cloud-config\ntimezone: Asia/Tokyo\nruncmd:\n- echo of the template >> /var/tmp/both\n"
OF_USER = "#cloud-config\ntimezone: Asia/Seoul\nruncmd:\n- echo of the user >> /var/tmp/both\n"
USER_DATA = combined(combined(OF_TEMPLATE, OF_USER), "#!/bin/sh\necho ran >> /var/tmp/told\n")
VENDOR_DATA = "#cloud-config\nwrite_files:\n- path: /var/tmp/vendor\n  content: told by the vendor\n"
FIRST, SECOND = sha512_crypt("first", "saltsalt"), sha512_crypt("second", "saltsalt")


@dataclass(frozen=True)
class Key:
    """A key pair of OpenSSH's, in a file."""

    file: Path

    @property
    def line(self):
        return self.file.with_suffix(".pub").read_text().strip()


@dataclass(frozen=True)
class Guest:
    """A running Debian: what it was told, by which address and with which key it is reached."""

    driver: object
    spec: GuestSpec
    ip: str
    key: Key

    def run(self, command, key=None):
        """What the command prints, or None where nobody is let in."""
        options = (
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "BatchMode=yes",
            "ConnectTimeout=60",
            "ServerAliveInterval=30",
        )
        words = [part for option in options for part in ("-o", option)]
        file = (key or self.key).file
        done = subprocess.run(
            ["ssh", *words, "-i", file, f"{USER}@{self.ip}", command], capture_output=True, text=True
        )
        return done.stdout.strip() if done.returncode == 0 else None

    def await_done(self, key=None):
        """Return when cloud-init has done all that it does at a start."""
        mark = "test -e /run/cloud-init/result.json && cat /run/cloud-init/result.json"
        wait_until(lambda: self.run(mark, key), timeout_seconds=BOOT_SECONDS, pause_seconds=2)


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """Two keys that sign in, one after the other."""
    made = [Key(tmp_path_factory.mktemp("keys") / name) for name in ("first", "second")]
    for one in made:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", one.file], check=True)
    return made


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The Debian image, built where it is not there yet."""
    log = tmp_path_factory.mktemp("debian") / "build.log"
    return debian_guest.ensure(stage=Stage("Debian guest"), log=log)


@pytest.fixture(scope="module")
def guest(libvirtd_process, tmp_path_factory, image, keys):
    """A Debian that has started for the first time, with two NICs."""
    directory = tmp_path_factory.mktemp("guest")
    disk = _root_disk(LibvirtPoolRig(libvirtd_process, directory), image)
    nics, configs, ip = _nics(LibvirtNetworkRig(libvirtd_process, directory))
    spec = GuestSpec(
        uuid=uuid.uuid4(),
        name="debian",
        cpus=2,
        memory_mib=512,
        most_cpus=3,
        most_memory_mib=512 + MORE_MIB,
        disks=(disk,),
        nics=nics,
        guest_data=GuestData(
            instance_id=str(uuid.uuid4()),
            hostname="deb-1",
            ssh_keys=(keys[0].line,),
            user_data=USER_DATA,
            vendor_data=VENDOR_DATA,
            availability_zone="north",
            nics=configs,
            login=LoginChange(number=1, user=USER, password_hash=FIRST),
        ),
    )
    with KvmComputeRig(libvirtd_process, directory).open(timeout_seconds=120) as driver:
        driver.ensure_guest(spec)
        driver.set_power(spec.uuid, PowerAction.ON)
        running = Guest(driver, spec, ip, keys[0])
        running.await_done()
        yield running
        driver.remove_guest(spec.uuid)
    libvirtd_process.clear()


def _root_disk(rig, image):
    content = image.read_bytes()
    spec = ImageSpec(
        image_id=uuid.uuid4(),
        size_bytes=len(content),
        format="qcow2",
        checksum=hashlib.sha256(content).hexdigest(),
    )
    with rig.open(timeout_seconds=120) as pool:
        pool.ensure_pool(rig.pool_spec)
        pool.ensure_image(spec, image)
        volume = pool.ensure_volume(
            VolumeSpec(uuid=uuid.uuid4(), size_bytes=2 * GIB, base_image=spec.image_id)
        )
    return DiskSpec(uuid=volume.uuid, locator=volume.locator, format=volume.format, device_index=0)


def _nics(rig):
    """One by DHCP with a second address, one that is set up by the guest alone; and the address to reach it by."""
    with rig.open(timeout_seconds=30) as networks:
        first, second = specs.network(), specs.network()
        nics = [specs.nic(networks.ensure_network(spec).locator) for spec in (first, second)]
        reservation = specs.reservation(first, 10, mac=nics[0].mac)
        networks.ensure_reservation(first.uuid, reservation)
    more, alone = (
        AddressSpec(ip=specs.address(spec, last), prefix_length=24)
        for spec, last in ((first, 11), (second, 12))
    )
    configs = (
        NicConfig(mac=nics[0].mac, addresses=(more,), asks_dhcp=True),
        NicConfig(mac=nics[1].mac, addresses=(alone,), mtu=1400),
    )
    plugged = tuple(
        NicSpec(uuid=nic.uuid, mac=nic.mac, network_locator=nic.network_locator, device_index=place)
        for place, nic in enumerate(nics)
    )
    return plugged, configs, reservation.ip


def test_it_is_told_all_at_its_first_start_and_again_only_what_is_new(guest, keys):
    is_told_who_it_is(guest)
    sets_its_network_up(guest)
    takes_its_first_password(guest)
    host_key = guest.run("cat /etc/ssh/ssh_host_ed25519_key.pub")

    grows_while_it_runs(guest)
    obeys_through_its_agent(guest, keys[1])

    starts_with_another_seed(guest, keys)
    assert guest.run("cat /etc/ssh/ssh_host_ed25519_key.pub") == host_key
    assert guest.run("cat /var/tmp/told") == "ran"
    assert guest.run("sudo cat /etc/shadow").count(SECOND) == 1
    assert guest.run("hostname", keys[1]) is None


def is_told_who_it_is(guest):
    assert guest.run("hostname") == "deb-1"
    assert guest.run("cat /var/tmp/told") == "ran"
    assert guest.run("cat /var/tmp/vendor") == "told by the vendor"
    assert guest.run("cat /var/tmp/both").splitlines() == ["of the template", "of the user"]
    assert guest.run("cat /etc/timezone") == "Asia/Tokyo"
    assert guest.run("sudo cloud-init query v1.availability_zone") == "north"


def sets_its_network_up(guest):
    addresses = guest.run("ip -4 -o addr show scope global").splitlines()
    found = {(line.split()[1], str(ip_interface(line.split()[3]).ip)) for line in addresses}
    first, second = guest.spec.guest_data.nics
    assert found == {("eth0", guest.ip), ("eth0", first.addresses[0].ip), ("eth1", second.addresses[0].ip)}
    routes = guest.run("ip -4 route show default").splitlines()
    assert len(routes) == 1 and "dev eth0" in routes[0]
    assert "mtu 1400" in guest.run("ip link show eth1")


def takes_its_first_password(guest):
    assert guest.run("sudo cat /etc/shadow").count(FIRST) == 1
    assert guest.run("ls /var/lib/cloud/scripts/per-boot") == ""


def grows_while_it_runs(guest):
    size = guest.run(SIZE).split()
    assert size[0] == "2"

    guest.driver.grow_guest(guest.spec.uuid, cpus=3, memory_mib=guest.spec.memory_mib + MORE_MIB)
    grown = f"3 {int(size[1]) + MORE_MIB * 1024}"
    wait_until(lambda: guest.run(SIZE) == grown, timeout_seconds=120, pause_seconds=1)


def obeys_through_its_agent(guest, key):
    other = sha512_crypt("third", "saltsalt")
    assert guest.driver.set_password(guest.spec.uuid, USER, other) is True
    assert guest.driver.set_ssh_keys(guest.spec.uuid, USER, (key.line,)) is True
    assert guest.run("hostname") is None
    assert guest.run("sudo cat /etc/shadow", key).count(other) == 1


def starts_with_another_seed(guest, keys):
    guest.driver.set_power(guest.spec.uuid, PowerAction.OFF, timeout_seconds=120)
    login = LoginChange(number=2, user=USER, password_hash=SECOND, ssh_keys=(keys[0].line,))
    told = replace(guest.spec.guest_data, login=login)
    guest.driver.ensure_guest(replace(guest.spec, guest_data=told))
    guest.driver.set_power(guest.spec.uuid, PowerAction.ON)
    guest.await_done()
