"""What is in a real guest survives: copied while it runs, and brought back with its memory."""

import base64
import hashlib
import json
import subprocess
import uuid

import libvirt
import libvirt_qemu
import pytest

from cloudportal.drivers.libvirtd.locators import path_in
from compute.drivers.facts import PowerAction
from compute.drivers.specs import DiskSpec, GuestData, GuestSpec
from deploy.guest_image import IMAGE
from storage.drivers.contract import ImageSpec, VolumeSpec
from tests.contracts import specs
from tests.contracts.waiting import wait_until

pytestmark = [pytest.mark.real, pytest.mark.slow]

BOOT_SECONDS = 120
AGENT_SECONDS = 10
GIB = 1 << 30
NOTE = "/var/note"


@pytest.fixture
def pool(libvirt_storage):
    assert IMAGE.exists(), "The small image is missing. Run `make image` first."
    with libvirt_storage.open(timeout_seconds=120) as pool:
        pool.ensure_pool(libvirt_storage.pool_spec)
        yield pool


@pytest.fixture
def disk(pool):
    content = IMAGE.read_bytes()
    image = ImageSpec(
        image_id=uuid.uuid4(),
        size_bytes=len(content),
        format="qcow2",
        checksum=hashlib.sha256(content).hexdigest(),
    )
    pool.ensure_image(image, IMAGE)
    volume = pool.ensure_volume(VolumeSpec(uuid=uuid.uuid4(), size_bytes=GIB, base_image=image.image_id))
    return DiskSpec(uuid=volume.uuid, locator=volume.locator, format="qcow2", device_index=0)


@pytest.fixture
def guest(kvm_compute, disk):
    """The spec of a running guest whose agent answers, and its driver."""
    data = GuestData(instance_id="i-kept", hostname="kept", ssh_keys=(specs.KEY,))
    spec = GuestSpec(
        uuid=uuid.uuid4(), name="kept", cpus=1, memory_mib=128, disks=(disk,), nics=(), guest_data=data
    )
    with kvm_compute.open(timeout_seconds=120) as driver:
        driver.ensure_guest(spec)
        driver.set_power(spec.uuid, PowerAction.ON)
        wait_until(lambda: answers(kvm_compute, spec.uuid), timeout_seconds=BOOT_SECONDS, pause_seconds=0.5)
        yield spec, driver
        driver.remove_guest(spec.uuid)


def ask(rig, guest_uuid, command, **arguments):
    domain = rig.daemon.domain(guest_uuid)
    words = json.dumps({"execute": command, "arguments": arguments})
    return json.loads(libvirt_qemu.qemuAgentCommand(domain, words, AGENT_SECONDS, 0))["return"]


def answers(rig, guest_uuid):
    try:
        ask(rig, guest_uuid, "guest-ping")
    except libvirt.libvirtError:
        return False
    return True


def run(rig, guest_uuid, script):
    """What the script prints in the guest."""
    begun = ask(rig, guest_uuid, "guest-exec", path="/bin/sh", arg=["-c", script], **{"capture-output": True})
    ended = {}

    def is_over():
        ended.update(ask(rig, guest_uuid, "guest-exec-status", pid=begun["pid"]))
        return ended["exited"]

    wait_until(is_over, timeout_seconds=30, pause_seconds=0.2)
    return base64.b64decode(ended.get("out-data", "")).decode().strip()


def note_in(image, directory):
    """What the note says on the second partition of a disk that nobody runs on."""
    raw = directory / "read.raw"
    subprocess.run(["qemu-img", "convert", "-O", "raw", image, raw], check=True)
    table = json.loads(subprocess.run(["sfdisk", "-J", raw], check=True, capture_output=True).stdout)
    offset = table["partitiontable"]["partitions"][1]["start"] * 512
    words = ["debugfs", "-R", f"cat {NOTE}", f"{raw}?offset={offset}"]
    return subprocess.run(words, check=True, capture_output=True).stdout.decode().strip()


def test_a_running_guests_disk_and_memory_come_back(kvm_compute, pool, guest, tmp_path):
    spec, driver = guest
    run(kvm_compute, spec.uuid, f"echo before > {NOTE}; sync")
    boot = run(kvm_compute, spec.uuid, "cat /proc/sys/kernel/random/boot_id")

    copy = uuid.uuid4()
    was_quiet = driver.copy_disk(spec.uuid, spec.disks[0].locator, pool.snapshot_locator(copy), is_quiet=True)
    kept = driver.take_guest_snapshot(spec.uuid, uuid.uuid4(), with_memory=True)
    run(kvm_compute, spec.uuid, f"echo after > {NOTE}; sync")

    driver.revert_guest(spec.uuid, kept)
    wait_until(lambda: answers(kvm_compute, spec.uuid), timeout_seconds=30, pause_seconds=0.5)

    assert was_quiet
    assert run(kvm_compute, spec.uuid, f"cat {NOTE}") == "before"
    assert run(kvm_compute, spec.uuid, "cat /proc/sys/kernel/random/boot_id") == boot
    assert note_in(path_in(pool.find_snapshot(copy).locator), tmp_path) == "before"
