"""An instance that really starts from a disc, which is registered, inspected, copied and put into its drive before."""

import pytest

from compute.drivers.kvm.screens import log_name
from compute.services import instances
from compute.services.instances import DeployValues, media
from compute.topology.connections import compute_driver
from compute.topology.services import hosts
from networking.services import networks
from storage.services import pools, registration
from tests.contracts.waiting import wait_until
from tests.support.bootsectors import GREETING
from tests.support.discs import iso_bytes
from tests.support.factories import caller, make_root_admin
from tests.support.factories_compute import fresh, make_offering
from tests.support.factories_infra import make_cluster
from tests.support.jobs import run_job
from tests.support.libvirtd import libvirtd_process, private_libvirtd  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.real]


@pytest.fixture
def root():
    return caller(make_root_admin())


def done(job):
    assert run_job(job).state == "done", job.message


@pytest.fixture
def zone(root, private_libvirtd, tmp_path):  # noqa: F811
    settings = {"uri": private_libvirtd.uri, "acceleration": "qemu", "directory": str(tmp_path / "guests")}
    values = hosts.HostValues(cluster_uuid=make_cluster(driver="kvm").uuid, name="kvm1", settings=settings)
    host, job = hosts.add(root, values)
    done(job)
    zone = host.cluster.pod.zone
    place = {"pool_name": "portal-disks", "path": str(tmp_path / "disks")}
    pool = pools.PoolValues(
        zone_uuid=zone.uuid, host_uuid=host.uuid, name="disks", driver="libvirt-pool", settings=place
    )
    done(pools.add(root, pool)[1])
    shared = networks.SharedNetworkValues(
        zone_uuid=zone.uuid,
        name="shared",
        driver="libvirt-network",
        cidr="10.213.79.0/24",
        gateway="10.213.79.1",
        first_ip="10.213.79.10",
        last_ip="10.213.79.20",
    )
    networks.create_shared(root, shared)
    return zone


@pytest.fixture
def iso(root, tmp_path, monkeypatch):
    monkeypatch.setenv("PORTAL_TEMPLATE_SOURCES", str(tmp_path))
    path = tmp_path / "boot.iso"
    path.write_bytes(iso_bytes())
    values = registration.TemplateFile(name="Boot", kind="iso", format="iso", source_file=str(path))
    iso, job = registration.register(root, values)
    done(job)
    iso.refresh_from_db()
    return iso


def test_an_instance_boots_from_an_iso_and_lets_go_of_it_while_it_runs(root, zone, iso, tmp_path):
    assert iso.is_bootable
    wanted = DeployValues(
        name="installer",
        template=iso.uuid,
        offering=make_offering(memory_mib=64).uuid,
        zone=zone.uuid,
        root_size_gib=1,
    )
    instance, job = instances.deploy(root, wanted)
    done(job)
    log = tmp_path / "guests" / log_name(instance.uuid)
    wait_until(lambda: log.exists() and GREETING in log.read_bytes(), timeout_seconds=20)
    done(media.detach(root, fresh(instance)))
    with compute_driver(fresh(instance).host) as driver:
        assert driver.guest(instance.uuid).media is None
    done(media.attach(root, fresh(instance), iso.uuid))
    done(instances.stop(root, fresh(instance), force=True))
    done(instances.destroy(root, fresh(instance), expunge=True))
