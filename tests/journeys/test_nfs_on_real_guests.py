"""Disks on an NFS server: one guest boots from there and writes, and goes on at another host, which sees the same."""

from dataclasses import replace

import pytest

from compute.services import instances, volume_copies
from compute.services.volume_copies import MoveValues
from compute.topology.services import hosts
from storage.services import pools
from tests.support.factories import caller, make_caller, make_root_admin
from tests.support.factories_compute import deployed, fresh
from tests.support.factories_volumes import fresh_volume, make_attached, make_volume
from tests.support.jobs import run_job
from tests.support.libvirtd import PrivateLibvirtd
from tests.support.real_cloud import (
    add_pool,
    await_agent,
    await_device,
    in_guest,
    libvirtd_process,  # noqa: F401
    private_libvirtd,  # noqa: F401
    real_cloud,  # noqa: F401
)

pytestmark = [pytest.mark.django_db, pytest.mark.real]

MARK = "seen through the server"


@pytest.fixture
def second_daemon(tmp_path):
    started = PrivateLibvirtd(tmp_path / "second")
    yield started
    started.stop()


def done(job):
    closed = run_job(job)
    assert closed.state == "done", closed.message


def add_host(root, cluster, daemon, directory):
    settings = {"uri": daemon.uri, "acceleration": "qemu", "directory": str(directory)}
    host, job = hosts.add(root, hosts.HostValues(cluster_uuid=cluster.uuid, name="kvm2", settings=settings))
    done(job)
    return host


def test_a_guest_goes_on_at_another_host_with_what_it_wrote(real_cloud, nfs_server, second_daemon, tmp_path):  # noqa: F811
    cloud, tenant, root = real_cloud, make_caller(), caller(make_root_admin())
    volume = make_volume(cloud.zone, tenant, size_gib=1)
    pools.disable(root, cloud.pool)
    share = {"server": nfs_server.server, "export": nfs_server.export, "options": nfs_server.options}
    pool = add_pool(root, cloud.host, "nas", "", driver="libvirt-nfs", settings=share, host_uuid=None)

    instance = deployed(cloud, tenant)
    await_agent(cloud, instance)
    assert pool.volumes.get().kind == "root"
    make_attached(tenant, volume, instance)
    device = await_device(cloud, instance, volume)
    in_guest(cloud, instance, f"echo {MARK} | tee /kept {device} && sync")
    # From the directory of its host, while the guest goes on.
    done(volume_copies.move(root, fresh_volume(volume), MoveValues(pool=pool.uuid)))
    (file,) = nfs_server.files.glob(f"*{volume.uuid}*")
    assert MARK.encode() in file.read_bytes()

    done(instances.stop(tenant, fresh(instance), force=True))
    # Both hosts are this machine, which can have the network's bridge once.
    for network in cloud.daemon.connection.listAllNetworks():
        network.destroy()
    other = add_host(root, cloud.cluster, second_daemon, tmp_path / "guests2")
    done(instances.start(root, fresh(instance), host=other.uuid))
    elsewhere = replace(cloud, daemon=second_daemon)
    await_agent(elsewhere, instance)
    assert in_guest(elsewhere, instance, "cat /kept").strip() == MARK
    assert fresh(instance).host == other
    disk = pool.volumes.get(kind="root").uuid
    assert list(nfs_server.files.glob(f"*{disk}*"))
    done(instances.destroy(root, fresh(instance), expunge=True))
    assert not list(nfs_server.files.glob(f"*{disk}*"))
