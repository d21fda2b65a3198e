"""A data volume on real guests: attached while one runs, written, grown and moved under it, and read in another."""

import pytest

from compute.services import attachments, volume_copies, volume_sizes
from compute.services.volume_copies import CloneValues, MoveValues
from compute.services.volume_sizes import ResizeValues
from storage.services import volume_bin
from tests.support.factories import caller, make_caller, make_root_admin
from tests.support.factories_compute import deployed
from tests.support.factories_volumes import fresh_volume, make_attached, make_volume
from tests.support.jobs import run_job
from tests.support.real_cloud import (
    add_pool,
    await_agent,
    await_device,
    device_of,
    in_guest,
    libvirtd_process,  # noqa: F401
    private_libvirtd,  # noqa: F401
    real_cloud,  # noqa: F401
)

pytestmark = [pytest.mark.django_db, pytest.mark.real]

GIB = 1024**3


def done(job):
    closed = run_job(job)
    assert closed.state == "done", closed.message
    return closed


def test_what_one_guest_wrote_another_reads_wherever_the_volume_went(real_cloud, tmp_path):  # noqa: F811
    cloud, tenant, root = real_cloud, make_caller(), caller(make_root_admin())
    first = deployed(cloud, tenant)
    await_agent(cloud, first)
    volume = make_attached(tenant, make_volume(cloud.zone, tenant, size_gib=1), first)

    device = await_device(cloud, first, volume)
    in_guest(cloud, first, f"mke2fs {device} && mount -t ext4 {device} /mnt/seed")
    in_guest(cloud, first, "echo kept > /mnt/seed/file && sync")

    done(volume_sizes.resize(tenant, volume, ResizeValues(size_gib=2)))
    assert int(in_guest(cloud, first, f"cat /sys/block/{device[5:]}/size")) * 512 == 2 * GIB

    other = add_pool(root, cloud.host, "more", tmp_path / "more")
    done(volume_copies.move(root, fresh_volume(volume), MoveValues(pool=other.uuid)))
    volume = fresh_volume(volume)
    assert (volume.pool, str(tmp_path / "more") in volume.locator) == (other, True)
    assert (
        in_guest(cloud, first, "echo more >> /mnt/seed/file && sync && cat /mnt/seed/file") == "kept\nmore\n"
    )

    in_guest(cloud, first, "umount /mnt/seed")
    done(attachments.detach(tenant, volume))
    assert device_of(cloud, first, volume) == ""
    copy, job = volume_copies.clone(tenant, fresh_volume(volume), CloneValues(name="copy"))
    done(job)

    second = deployed(cloud, tenant)
    await_agent(cloud, second)
    for one in (volume, copy):
        make_attached(tenant, fresh_volume(one), second)
        device = await_device(cloud, second, one)
        text = in_guest(
            cloud, second, f"mount -t ext4 {device} /mnt/seed && cat /mnt/seed/file && umount /mnt/seed"
        )
        assert text == "kept\nmore\n"
    done(attachments.detach(tenant, fresh_volume(copy)))
    assert volume_bin.destroy(tenant, fresh_volume(copy)).state == "destroyed"
