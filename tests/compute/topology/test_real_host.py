"""A real KVM host with its pool and network, from the services down to libvirt; guests are compute's own tests."""

import subprocess

import pytest

from compute.topology.services import hosts
from networking import network_work
from networking.models import Address
from networking.services import networks
from storage import images, volume_work
from storage.connections import storage_driver
from storage.services import pools, registration, volumes
from tests.support.factories import caller, make_caller, make_root_admin
from tests.support.factories_infra import make_cluster, make_run
from tests.support.jobs import run_job
from tests.support.libvirtd import libvirtd_process, private_libvirtd  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.real]

MIB = 1024**2


@pytest.fixture
def root():
    return caller(make_root_admin())


@pytest.fixture
def host(root, private_libvirtd, tmp_path):  # noqa: F811
    settings = {"uri": private_libvirtd.uri, "acceleration": "qemu", "directory": str(tmp_path / "guests")}
    values = hosts.HostValues(cluster_uuid=make_cluster(driver="kvm").uuid, name="kvm1", settings=settings)
    host, job = hosts.add(root, values)
    assert run_job(job).state == "done", job.message
    host.refresh_from_db()
    return host


@pytest.fixture
def zone(host):
    return host.cluster.pod.zone


@pytest.fixture
def pool(root, host, zone, tmp_path):
    values = pools.PoolValues(
        zone_uuid=zone.uuid,
        host_uuid=host.uuid,
        name="disks",
        driver="libvirt-pool",
        settings={"pool_name": "portal-disks", "path": str(tmp_path / "disks")},
    )
    pool, job = pools.add(root, values)
    assert run_job(job).state == "done", job.message
    pool.refresh_from_db()
    return pool


@pytest.fixture
def template(root, tmp_path, monkeypatch):
    monkeypatch.setenv("PORTAL_TEMPLATE_SOURCES", str(tmp_path))
    path = tmp_path / "image.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(path), "16M"], check=True)
    template, job = registration.register(
        root, registration.TemplateFile(name="Blank", format="qcow2", source_file=str(path), is_public=True)
    )
    assert run_job(job).state == "done", job.message
    template.refresh_from_db()
    return template


def test_a_host_says_what_it_is(host):
    assert host.state == "up"
    assert host.cpus > 0
    assert host.memory_mib > 0
    assert host.facts["acceleration"] == "qemu"


def test_an_image_of_qemu_itself_is_inspected_and_copied_and_volumes_stand_on_it(host, zone, pool, template):
    assert template.virtual_size_bytes == 16 * MIB
    made = []
    for name in ("one", "two"):
        volume = volumes.allocate_root(make_caller(), zone, template, name=name)
        run = make_run(volume)
        assert volume_work.choose_pool(run, volume, host=host) == pool
        volume_work.ensure_image_on_pool(run, volume, host=host)
        volume_work.record_volume(run, volume, volume_work.ensure_volume(run, volume, host=host))
        made.append((run, volume))
    with storage_driver(pool) as driver:
        assert {one.uuid for one in driver.list_volumes()} == {volume.uuid for _, volume in made}
        assert driver.find_image(images.image_id_of(template.checksum)).size_bytes == template.size_bytes
    for run, volume in made:
        volume_work.remove_volume(run, volume, host=host)
        volume_work.record_removed(run, volume)
    with storage_driver(pool) as driver:
        assert driver.list_volumes() == ()


def test_a_pool_that_its_host_forgot_is_made_known_again(host, zone, pool, template, private_libvirtd):  # noqa: F811
    known = private_libvirtd.connection.storagePoolLookupByName("portal-disks")
    known.destroy()
    known.undefine()
    volume = volumes.allocate_root(make_caller(), zone, template, name="one")
    run = make_run(volume)
    volume_work.choose_pool(run, volume, host=host)
    volume_work.ensure_image_on_pool(run, volume, host=host)
    assert volume_work.ensure_volume(run, volume, host=host).size_bytes == volume.size_bytes


def test_a_network_is_laid_through_its_host_and_taken_from_it_again(root, host, zone):
    values = networks.SharedNetworkValues(
        zone_uuid=zone.uuid,
        name="shared",
        driver="libvirt-network",
        cidr="10.213.77.0/24",
        gateway="10.213.77.1",
        first_ip="10.213.77.10",
        last_ip="10.213.77.20",
    )
    network = networks.create_shared(root, values)
    facts = network_work.ensure_network_on_host(network, host)
    network_work.record_network_on_host(network, host, facts)
    address = Address.objects.filter(network=network).first()
    network_work.ensure_reservation(network, host, mac="02:00:00:00:00:07", ip=address.ip, hostname="web")
    network_work.remove_reservation(network, host, mac="02:00:00:00:00:07")
    network.refresh_from_db()
    assert network.lease_seconds == 600
    assert run_job(networks.delete(root, network)).state == "done"
    assert not Address.objects.exists()


def test_a_removed_host_keeps_nothing_of_ours(root, host, zone, private_libvirtd):  # noqa: F811
    values = networks.SharedNetworkValues(
        zone_uuid=zone.uuid,
        name="shared",
        driver="libvirt-network",
        cidr="10.213.78.0/24",
        gateway="10.213.78.1",
    )
    network = networks.create_shared(root, values)
    facts = network_work.ensure_network_on_host(network, host)
    network_work.record_network_on_host(network, host, facts)
    hosts.disable(root, host)
    assert run_job(hosts.remove(root, host)).state == "done"
    assert private_libvirtd.connection.listAllNetworks() == []
