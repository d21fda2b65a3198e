"""A small cloud on a real libvirtd with QEMU, in rows and on this machine, and ways to talk to the guests in it.

A test takes `real_cloud` and uses it as one on the simulator: `deployed(real_cloud, caller)` boots a real guest from
the small image. Jobs run in the test's own process (`run_job`).
"""

import base64
import json
import random
import urllib.request
from dataclasses import dataclass

import libvirt_qemu
import pytest

from compute.topology.services import hosts
from deploy.guest_image import IMAGE
from networking.services import networks
from storage.services import pools
from tests.contracts.waiting import wait_until
from tests.support.factories import caller, make_root_admin
from tests.support.factories_compute import Cloud, cluster_in, make_offering
from tests.support.factories_infra import make_template, make_zone
from tests.support.jobs import run_job
from tests.support.libvirtd import PrivateLibvirtd, libvirtd_process, private_libvirtd  # noqa: F401

BOOT_SECONDS = 240
AGENT_SECONDS = 20
MIB = 1024**2
# virtio tells a guest 20 characters of the volume's id.
FIND = 'for one in /sys/block/vd*; do [ "$(cat $one/serial)" = {serial} ] && basename $one; done; true'


@dataclass(frozen=True)
class RealCloud(Cloud):
    """The same as a simulated one; `daemon` looks behind the drivers' backs. It has no simulated world."""

    daemon: PrivateLibvirtd


def make_real_cloud(daemon, directory):
    """One host with a pool of its own, a shared network, the small image as template, and a size of 128 MiB."""
    root = caller(make_root_admin())
    zone = make_zone()
    cluster = cluster_in(zone, driver="kvm", cpu_overcommit=8)
    host = _added(
        hosts.add(
            root,
            hosts.HostValues(
                cluster_uuid=cluster.uuid,
                name="kvm1",
                settings={"uri": daemon.uri, "acceleration": "qemu", "directory": str(directory / "guests")},
            ),
        )
    )
    return RealCloud(
        world=None,
        zone=zone,
        cluster=cluster,
        hosts=[host],
        pool=add_pool(root, host, "disks", directory / "disks"),
        template=small_template(),
        network=add_network(root, zone, "shared"),
        offering=make_offering(cpus=1, memory_mib=128),
        daemon=daemon,
    )


def add_pool(root, host, name, path, **values):
    """A pool in a directory, which only this host reaches; or as the values say."""
    known = {
        "driver": "libvirt-pool",
        "settings": {"pool_name": f"portal-{name}", "path": str(path)},
        **values,
    }
    place = {"zone_uuid": host.cluster.pod.zone.uuid, "host_uuid": host.uuid}
    return _added(pools.add(root, pools.PoolValues(**{"name": name, **place, **known})))


def add_network(root, zone, name):
    """A shared network in a range that hardly any other test will choose."""
    middle = f"10.{random.randrange(128, 250)}.{random.randrange(256)}"
    return networks.create_shared(
        root,
        networks.SharedNetworkValues(
            zone_uuid=zone.uuid,
            name=name,
            driver="libvirt-network",
            cidr=f"{middle}.0/24",
            gateway=f"{middle}.1",
            first_ip=f"{middle}.10",
            last_ip=f"{middle}.40",
        ),
    )


def small_template():
    """The small image, which boots in seconds and answers HTTP and the guest agent."""
    assert IMAGE.exists(), "The small image is missing. Run `make image` first."
    return make_template(content=IMAGE.read_bytes(), virtual_size_bytes=256 * MIB, name="Small")


def await_page(ip, name=""):
    """What the guest's web server shows at that address, once it does."""
    wait_until(lambda: _answers(ip, name), timeout_seconds=BOOT_SECONDS, pause_seconds=0.2)
    with urllib.request.urlopen(f"http://{ip}/{name}", timeout=5) as answer:
        return answer.read().decode()


def await_agent(cloud, instance):
    """Returns when the guest's agent answers."""
    wait_until(lambda: _pings(cloud, instance), timeout_seconds=BOOT_SECONDS, pause_seconds=0.3)


def in_guest(cloud, instance, script):
    """What a shell script printed inside the guest; an AssertionError shows what went wrong there instead."""
    begun = _agent(
        cloud,
        instance,
        "guest-exec",
        {"path": "/bin/sh", "arg": ["-c", script], "capture-output": True},
    )
    ended = {}

    def is_over():
        ended.update(_agent(cloud, instance, "guest-exec-status", {"pid": begun["pid"]}))
        return ended["exited"]

    wait_until(is_over, timeout_seconds=AGENT_SECONDS, pause_seconds=0.1)
    said = [base64.b64decode(ended.get(name, "")).decode() for name in ("out-data", "err-data")]
    assert ended["exitcode"] == 0, said
    return said[0]


def device_of(cloud, instance, volume):
    """Where the guest has the volume, such as /dev/vdc; empty while it does not see it."""
    name = in_guest(cloud, instance, FIND.format(serial=volume.uuid.hex[:20])).strip()
    return f"/dev/{name}" if name else ""


def await_device(cloud, instance, volume):
    """Where the guest has the volume, once it does."""
    wait_until(lambda: device_of(cloud, instance, volume), timeout_seconds=20)
    return device_of(cloud, instance, volume)


def _agent(cloud, instance, command, arguments=None):
    words = json.dumps({"execute": command, "arguments": arguments or {}})
    said = libvirt_qemu.qemuAgentCommand(cloud.daemon.domain(instance.uuid), words, AGENT_SECONDS, 0)
    return json.loads(said)["return"]


def _pings(cloud, instance):
    try:
        _agent(cloud, instance, "guest-ping")
    except libvirt_qemu.libvirt.libvirtError:
        return False
    return True


def _answers(ip, name):
    try:
        with urllib.request.urlopen(f"http://{ip}/{name}", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def _added(made):
    row, job = made
    assert run_job(job).state == "done", job.message
    row.refresh_from_db()
    return row


@pytest.fixture
def real_cloud(private_libvirtd, tmp_path):  # noqa: F811
    """A cloud with one real host, private to the test."""
    return make_real_cloud(private_libvirtd, tmp_path)
