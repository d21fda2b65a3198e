"""Packets between real guests: what security groups let through, what they drop, and what is spoofed."""

import base64
import hashlib
import json
import urllib.request
import uuid
from dataclasses import replace

import libvirt
import libvirt_qemu
import pytest

from compute.drivers.facts import PowerAction
from compute.drivers.guards import GuardRule, NicGuard
from compute.drivers.specs import DiskSpec, GuestData, GuestSpec
from deploy.guest_image import IMAGE
from storage.drivers.contract import ImageSpec, VolumeSpec
from tests.contracts import specs
from tests.contracts.waiting import wait_until

pytestmark = [pytest.mark.real, pytest.mark.slow]

BOOT_SECONDS = 120
GIB = 1 << 30
OUT = GuardRule(direction="out")
SPARE = 99


class Guest:
    """A small guest on the network, and a shell in it by its agent."""

    def __init__(self, host, network, locator, disk, last):
        self.host, self.network, self.last = host, network, last
        self.nic = replace(specs.nic(locator), is_guarded=True)
        self.ip = specs.address(network, last)
        self.spec = GuestSpec(
            uuid=uuid.uuid4(),
            name=f"guest-{last}",
            cpus=1,
            memory_mib=96,
            disks=(disk,),
            nics=(self.nic,),
            guest_data=GuestData(instance_id=f"i-{last}", hostname=f"guest-{last}"),
        )

    def guard(self, *rules, is_free=False, more=()):
        """What the NIC is held to from now on."""
        addresses = (self.ip, *more)
        rules_ = None if is_free else rules
        self.host.driver.ensure_guards(
            (
                NicGuard(
                    uuid=self.nic.uuid,
                    mac=self.nic.mac,
                    addresses=addresses,
                    cidr=self.network.cidr,
                    gateway=self.network.gateway,
                    rules=rules_,
                ),
            )
        )

    def let_loose(self):
        """The NIC is held to nothing."""
        self.host.driver.ensure_nics(self.spec.uuid, (replace(self.nic, is_guarded=False),))

    def hold_again(self):
        self.host.driver.ensure_nics(self.spec.uuid, (self.nic,))

    def reserve(self):
        """The network's DHCP server has an address for it."""
        reservation = specs.reservation(self.network, self.last, mac=self.nic.mac)
        self.host.networks.ensure_reservation(self.network.uuid, reservation)

    def is_not_served(self):
        """The network's DHCP server has none for it."""
        self.host.networks.remove_reservation(self.network.uuid, self.nic.mac)

    def start(self):
        self.host.driver.ensure_guest(self.spec)
        self.host.driver.set_power(self.spec.uuid, PowerAction.ON)

    def is_up(self):
        try:
            return self.says("ip -4 addr show eth0").find(self.ip) >= 0
        except libvirt.libvirtError:
            return False

    def says(self, script):
        """What the script writes."""
        started = self._agent("guest-exec", path="/bin/sh", arg=["-c", script], **{"capture-output": True})
        status = {}

        def is_over():
            status.update(self._agent("guest-exec-status", pid=started["pid"]))
            return status["exited"]

        wait_until(is_over, timeout_seconds=20, pause_seconds=0.1)
        return base64.b64decode(status.get("out-data", "")).decode()

    def pings(self, ip, source=""):
        return "1 packets received" in self.says(f"ping -c 1 -W 2 {source} {ip}")

    def opens(self, ip):
        """Whether its page answers."""
        return "guest-" in self.says(f"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 {ip} 80")

    def claims(self, ip, of):
        """Tells another guest that the address is its own, by requests and by answers."""
        tell = f"arping -q -c 2 -I eth0 -s {ip}"
        self.says(
            f"ip addr add {ip}/32 dev eth0; {tell} -U {of}; {tell} -A {of}; ip addr del {ip}/32 dev eth0"
        )

    def believes(self, ip):
        """The MAC address that it sends to for that address."""
        return self.says(f"awk '$1 == \"{ip}\" {{ print $4 }}' /proc/net/arp").strip()

    def serves(self):
        """Is a DHCP server from now on, of addresses that nobody gave it."""
        pool = [specs.address(self.network, last) for last in (200, 210)]
        lines = ["interface eth0", f"start {pool[0]}", f"end {pool[1]}", "lease_file /tmp/leases"]
        written = "\n".join([*lines, "pidfile /tmp/server.pid", "option subnet 255.255.255.0", ""])
        self.says(f"printf '{written}' > /tmp/server; touch /tmp/leases; udhcpd -a 10 /tmp/server")

    def asks(self):
        """Who answers its request for an address, and which that is; nobody and none where both are empty."""
        say = "printf '#!/bin/sh\\n[ $1 = bound ] && echo $serverid $ip\\n' > /tmp/say; chmod 755 /tmp/say"
        ask = "udhcpc -i eth0 -f -n -q -t 3 -T 1 -s /tmp/say 2>/dev/null"
        return self.says(f"{say}; {ask}").split()

    def _agent(self, name, **arguments):
        domain = self.host.daemon.domain(self.spec.uuid)
        command = json.dumps({"execute": name, "arguments": arguments})
        return json.loads(libvirt_qemu.qemuAgentCommand(domain, command, 10, 0))["return"]


class Host:
    def __init__(self, daemon, driver, networks):
        self.daemon, self.driver, self.networks = daemon, driver, networks


@pytest.fixture
def guests(kvm_compute, libvirt_storage, libvirt_networks):
    """Three guests on one network, their NICs free but for spoofing."""
    content = IMAGE.read_bytes()
    image = ImageSpec(
        image_id=uuid.uuid4(),
        size_bytes=len(content),
        format="qcow2",
        checksum=hashlib.sha256(content).hexdigest(),
    )
    network = specs.network()
    with libvirt_networks.open() as networks, libvirt_storage.open(timeout_seconds=60) as pool:
        pool.ensure_pool(libvirt_storage.pool_spec)
        pool.ensure_image(image, IMAGE)
        locator = networks.ensure_network(network).locator
        with kvm_compute.open(timeout_seconds=60) as driver:
            host = Host(kvm_compute.daemon, driver, networks)
            made = [Guest(host, network, locator, root_disk(pool, image), last) for last in (11, 12, 13)]
            for one in made:
                one.reserve()
                one.guard(is_free=True)
                one.start()
            for one in made:
                wait_until(one.is_up, timeout_seconds=BOOT_SECONDS, pause_seconds=0.5)
            yield made


def root_disk(pool, image):
    volume = pool.ensure_volume(VolumeSpec(uuid=uuid.uuid4(), size_bytes=GIB, base_image=image.image_id))
    return DiskSpec(uuid=volume.uuid, locator=volume.locator, format=volume.format, device_index=0)


def answers_the_host(ip):
    try:
        with urllib.request.urlopen(f"http://{ip}/", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_packets_pass_as_the_rules_say(guests):
    one, friend, stranger = guests
    from_friend = (
        GuardRule(direction="in", protocol="tcp", cidr=f"{friend.ip}/32", first_port=80, last_port=80),
        GuardRule(direction="in", protocol="icmp", cidr=f"{friend.ip}/32", icmp_type=8),
    )
    assert stranger.opens(one.ip)
    assert answers_the_host(one.ip)

    one.guard(OUT, *from_friend)
    assert friend.opens(one.ip)
    assert friend.pings(one.ip)
    assert not stranger.opens(one.ip)
    assert not stranger.pings(one.ip)
    assert not answers_the_host(one.ip)
    # What it began itself is answered.
    assert one.pings(stranger.ip)
    assert one.opens(stranger.ip)

    one.guard(
        OUT, GuardRule(direction="in", protocol="tcp", cidr=one.network.cidr, first_port=80, last_port=80)
    )
    assert stranger.opens(one.ip)
    assert not stranger.pings(one.ip)

    one.guard(OUT)
    assert not friend.opens(one.ip)

    one.guard()
    assert not one.pings(stranger.ip)
    assert not one.opens(stranger.ip)

    one.guard(is_free=True)
    assert stranger.pings(one.ip)
    check_forging(*guests)
    check_spoofing(*guests)


def check_forging(one, friend, stranger):
    assert one.pings(friend.ip)
    stranger.claims(friend.ip, of=one.ip)
    assert one.believes(friend.ip) == friend.nic.mac

    stranger.serves()
    assert one.asks() == [one.network.gateway, one.ip]
    one.is_not_served()
    assert one.asks() == []

    # The same frames arrive where nothing holds them back.
    stranger.let_loose()
    server, address = one.asks()
    assert server == stranger.ip and address != one.ip
    stranger.claims(friend.ip, of=one.ip)
    assert one.believes(friend.ip) == stranger.nic.mac

    stranger.hold_again()
    assert one.asks() == []
    one.reserve()
    assert one.asks() == [one.network.gateway, one.ip]
    one.says(f"arp -d {friend.ip}")


def check_spoofing(one, friend, stranger):
    spare = specs.address(one.network, SPARE)
    friend.says(f"ip addr add {spare}/24 dev eth0")
    assert not friend.pings(one.ip, source=f"-I {spare}")
    assert not one.pings(spare)

    friend.guard(is_free=True, more=(spare,))
    # The other one still remembers for a moment that nobody answered for that address.
    wait_until(lambda: friend.pings(one.ip, source=f"-I {spare}"), timeout_seconds=30, pause_seconds=1)
    assert one.pings(spare)

    stranger.says("ip link set eth0 down; ip link set eth0 address 02:00:00:00:99:99; ip link set eth0 up")
    assert not stranger.pings(one.ip)
