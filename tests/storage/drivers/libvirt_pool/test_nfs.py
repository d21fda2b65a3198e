"""What only a real NFS server shows: faults said in words, mounts that move, and one share of several hosts."""

import os
import shutil
import stat
import uuid
from pathlib import Path

import pytest

from cloudportal.drivers import errors
from cloudportal.drivers.libvirtd import mounts
from cloudportal.drivers.libvirtd.locators import path_in
from storage.drivers.contract import VolumeSpec
from tests.contracts.conftest import nfs_storage  # noqa: F401
from tests.contracts.parallel import at_once
from tests.contracts.rigs.simulated import raw_image
from tests.support.libvirtd import PrivateLibvirtd, libvirtd_process, private_libvirtd  # noqa: F401

pytestmark = pytest.mark.real


@pytest.fixture
def rig(nfs_storage):  # noqa: F811
    return nfs_storage


@pytest.fixture
def second(tmp_path):
    started = PrivateLibvirtd(tmp_path / "second")
    yield started
    started.stop()


def fault_of(rig, **changes):
    with rig.open(**changes) as driver, pytest.raises(errors.DriverError) as caught:
        driver.ensure_pool(rig.pool_spec)
    return type(caught.value), caught.value.sentence


def volume():
    return VolumeSpec(uuid=uuid.uuid4(), size_bytes=1 << 20)


def test_what_keeps_a_share_from_being_mounted_is_said_and_leaves_nothing(rig):
    silent = rig.server.options.replace(f"port={rig.server.port}", "port=1", 1)
    assert fault_of(rig, options=silent) == (errors.Unreachable, mounts.SERVER_SILENT)
    assert fault_of(rig, server="nowhere.invalid") == (errors.Unreachable, mounts.SERVER_SILENT)
    assert fault_of(rig, export="/not-exported") == (errors.Refused, mounts.EXPORT_REFUSED)
    assert rig.daemon.connection.listAllStoragePools() == []


def test_a_host_without_the_mount_helper_is_told_of(rig, tmp_path):
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    # To an overlay this is a file that is not there, whatever is below (mknod(1) 0 0).
    os.mknod(hidden / "mount.nfs", stat.S_IFCHR)
    bare = PrivateLibvirtd(tmp_path / "bare", helpers=hidden)
    try:
        assert fault_of(rig, uri=bare.uri) == (errors.Unsupported, mounts.HELPER_MISSING)
    finally:
        bare.stop()


def test_a_server_that_falls_silent_is_named_and_one_that_comes_back_is_used(rig):
    with rig.open() as driver:
        driver.ensure_pool(rig.pool_spec)
        driver.timeout_seconds = 0.5
        with rig.hanging(), pytest.raises(errors.OutcomeUnknown) as caught:
            driver.pool_facts()
        assert caught.value.sentence == mounts.NO_ANSWER
        driver.timeout_seconds = 20
        assert driver.pool_facts().is_active


def test_a_stale_mount_is_mounted_again(rig):
    with rig.open() as driver:
        driver.ensure_pool(rig.pool_spec)
        shutil.rmtree(rig.volumes)
        rig.volumes.mkdir()
        with pytest.raises(errors.DriverError) as caught:
            driver.pool_facts()
        assert (type(caught.value), caught.value.sentence) == (errors.Busy, mounts.STALE)
        driver.ensure_pool(rig.pool_spec)
        facts = driver.ensure_volume(volume())
        assert rig.file_of(facts).exists()


def test_a_share_moves_once_no_guest_has_it_open(rig):
    with rig.open() as driver:
        driver.ensure_pool(rig.pool_spec)
        facts = driver.ensure_volume(VolumeSpec(uuid=uuid.uuid4(), size_bytes=1 << 20, format="raw"))
    with rig.open_other() as moved:
        with rig.running_guest(facts):
            assert fault_of(rig, export=moved.text("export")) == (errors.Refused, mounts.STILL_USED)
        moved.ensure_pool(rig.pool_spec)
        assert moved.find_volume(facts.uuid) is None
        made = moved.ensure_volume(volume())
        # The same place on the host, so that what leans on paths goes on when its files have moved as well.
        assert Path(path_in(made.locator)).parent == Path(path_in(facts.locator)).parent
    assert [pool.UUIDString() for pool in rig.daemon.connection.listAllStoragePools()] == [
        str(rig.pool_spec.uuid)
    ]


def test_new_options_are_kept_for_the_next_mount(rig):
    for options in (rig.server.options, f"{rig.server.options},noatime"):
        with rig.open(options=options) as driver:
            driver.ensure_pool(rig.pool_spec)
    (pool,) = rig.daemon.connection.listAllStoragePools()
    assert "noatime" in pool.XMLDesc(1)


def test_two_hosts_share_volumes_and_send_one_image(rig, second):
    spec, source = raw_image()
    with rig.open() as one, rig.open(uri=second.uri) as other:
        for driver in (one, other):
            driver.ensure_pool(rig.pool_spec)
        first, again = at_once(
            lambda: one.ensure_image(spec, raw_image()[1]), lambda: other.ensure_image(spec, source)
        )
        assert first == again == one.find_image(spec.image_id)
        made = one.ensure_volume(VolumeSpec(uuid=uuid.uuid4(), size_bytes=4 << 20, base_image=spec.image_id))
        assert other.volume(made.uuid) == made
        assert other.grow_volume(made.uuid, 8 << 20).size_bytes == one.volume(made.uuid).size_bytes
        other.remove_volume(made.uuid)
        assert one.find_volume(made.uuid) is None
        one.remove_image(spec.image_id)
        assert other.find_image(spec.image_id) is None
