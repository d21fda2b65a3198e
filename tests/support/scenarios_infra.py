"""A submitted job for each workflow on places, storage and networks; what must hold however its worker dies."""

import contextlib
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from cloudportal.drivers.errors import Refused
from cloudportal.events import meters
from cloudportal.jobs.models import Job
from compute.topology.models import Host
from compute.topology.services import hosts
from compute.topology.services.hosts import HostValues
from networking import network_work
from networking.connections import network_driver
from networking.models import Address, Network, NetworkPlacement
from networking.services import networks
from networking.services.networks import NetworkChanges
from storage import store
from storage.connections import storage_driver
from storage.drivers.contract import PoolSpec
from storage.models import Pool, Template, Volume
from storage.services import pools, registration, templates, volumes
from storage.services.pools import PoolValues
from storage.services.registration import TemplateFile
from storage.services.volumes import NewVolume
from tenants.services.limits import Resource
from tests.faults.scenarios import Scenario
from tests.support.factories import account_of, caller, make_caller, make_root_admin, used_by
from tests.support.factories_infra import (
    make_cluster,
    make_disk_offering,
    make_host,
    make_infrastructure,
    make_network,
    make_pool,
    make_template,
    make_zone,
    new_place,
    place_settings,
    qcow2_bytes,
)
from tests.support.jobs import run_job


def root_caller():
    return caller(make_root_admin())


def connect_host():
    values = HostValues(
        cluster_uuid=make_cluster().uuid,
        name="new",
        settings=place_settings(new_place(), cpus=4, cpu_mhz=2000, memory_mib=4096),
    )
    host, job = hosts.add(root_caller(), values)

    def check(closed):
        kept = Host.objects.get(pk=host.pk)
        assert kept.state == {"done": "up", "failed": "unreachable"}[closed.state]
        assert (kept.memory_mib == 4096) == (closed.state == "done")

    return Scenario(job, check)


def remove_host():
    root, host = root_caller(), make_host()
    hosts.disable(root, host)

    def check(closed):
        left = Host.objects.filter(pk=host.pk)
        assert [one.state for one in left] == {"done": [], "failed": ["disabled"]}[closed.state]

    return Scenario(hosts.remove(root, host), check)


def connect_pool():
    values = PoolValues(
        zone_uuid=make_zone().uuid,
        name="new",
        driver="simulator",
        settings=place_settings(new_place(), capacity_gib=64),
    )
    pool, job = pools.add(root_caller(), values)

    def check(closed):
        kept = Pool.objects.get(pk=pool.pk)
        assert kept.state == {"done": "up", "failed": "disabled"}[closed.state]

    return Scenario(job, check)


def forget_pool():
    root, pool = root_caller(), make_pool(state="disabled")
    pools.remove(root, pool)

    def check(closed):
        assert not Pool.objects.exists()
        # One that failed may have come so far or not.
        bearing = contextlib.suppress(*{"done": (), "failed": (Refused,)}[closed.state])
        with storage_driver(pool) as driver, bearing:
            driver.ensure_pool(PoolSpec(uuid=uuid4(), name="next"))

    return Scenario(Job.objects.get(kind="pool.leave"), check)


def _volume(caller_, zone):
    offering = make_disk_offering(size_gib=5)
    return volumes.create(caller_, NewVolume(zone_uuid=zone.uuid, offering_uuid=offering.uuid, name="data"))


def _agrees(volume, pool, account):
    """Rows, pool, limits and meter say the same of the volume."""
    kept = Volume.objects.get(pk=volume.pk)
    with storage_driver(pool) as driver:
        is_there = driver.find_volume(volume.uuid) is not None
    pool.refresh_from_db()
    assert is_there == (kept.state == "ready")
    assert pool.claimed_bytes == (kept.size_bytes if is_there else 0)
    assert meters.is_running(meters.VOLUME, volume.uuid) == is_there
    assert used_by(account, Resource.VOLUMES) == (0 if kept.state == "deleted" else 1)
    return kept.state


def create_volume():
    owner, pool = make_caller(), make_pool()
    volume, job = _volume(owner, pool.zone)

    def check(closed):
        state = _agrees(volume, pool, account_of(owner))
        assert state == {"done": "ready", "failed": "allocated"}[closed.state]

    return Scenario(job, check)


def delete_volume():
    owner, pool = make_caller(), make_pool()
    volume, made = _volume(owner, pool.zone)
    assert run_job(made).state == "done"

    def check(closed):
        kept = Volume.objects.get(pk=volume.pk)
        with storage_driver(pool) as driver:
            assert driver.find_volume(volume.uuid) is None
        # A failure is injected after the removal: the volume stays in sight, in error, and can be deleted again.
        assert kept.state == {"done": "deleted", "failed": "error"}[closed.state]
        assert used_by(account_of(owner), Resource.VOLUMES) == (0 if closed.state == "done" else 1)

    return Scenario(volumes.delete(owner, Volume.objects.get(pk=volume.pk)), check)


def fetch_template():
    source = settings.STATE_DIR / "images"
    source.mkdir(exist_ok=True)
    image = source / f"{uuid4()}.qcow2"
    image.write_bytes(qcow2_bytes(salt=uuid4().bytes))
    values = TemplateFile(name="new", format="qcow2", source_file=str(image))
    template, job = registration.register(root_caller(), values)

    def check(closed):
        kept = Template.objects.get(pk=template.pk)
        assert kept.state == {"done": "ready", "failed": "error"}[closed.state]
        assert bool(kept.checksum) == (closed.state == "done")
        assert not kept.checksum or store.path_of(kept.checksum).read_bytes() == image.read_bytes()
        assert not store.incoming_path(template.uuid).exists()

    return Scenario(job, check)


def delete_template():
    root = root_caller()
    template = make_template(account_of(root))
    path = store.path_of(template.checksum)
    assert path.exists()

    def check(closed):
        kept = Template.objects.get(pk=template.pk)
        assert kept.state == {"done": "deleted", "failed": "error"}[closed.state]
        assert not path.exists()

    return Scenario(templates.delete(root, template), check)


def delete_network():
    root, place = root_caller(), make_infrastructure()
    network = make_network(place.zone, cidr="10.9.9.0/28")
    facts = network_work.ensure_network_on_host(network, place.host)
    with transaction.atomic():
        network_work.record_network_on_host(network, place.host, facts)

    def check(closed):
        left = Network.objects.filter(pk=network.pk)
        assert [one.state for one in left] == {"done": [], "failed": ["ready"]}[closed.state]
        assert Address.objects.filter(network=network.pk).exists() == left.exists()
        if closed.state == "done":
            assert not NetworkPlacement.objects.filter(network=network.pk).exists()
            with network_driver(network, place.host) as driver:
                assert driver.find_network(network.uuid) is None

    return Scenario(networks.delete(root, network), check)


def update_network():
    root, place = root_caller(), make_infrastructure()
    network = make_network(place.zone, cidr="10.9.9.0/28")
    facts = network_work.ensure_network_on_host(network, place.host)
    with transaction.atomic():
        network_work.record_network_on_host(network, place.host, facts)
    changed = networks.update(root, network, NetworkChanges(mtu=1400))

    def check(closed):
        with network_driver(changed, place.host) as driver:
            seen = driver.network(changed.uuid).mtu
        assert changed.placements.get().is_current
        assert closed.state == "failed" or seen == 1400

    return Scenario(Job.objects.get(kind="network.update"), check)


SCENARIOS = {
    "host.connect": connect_host,
    "host.remove": remove_host,
    "pool.connect": connect_pool,
    "pool.leave": forget_pool,
    "volume.create": create_volume,
    "volume.delete": delete_volume,
    "template.fetch": fetch_template,
    "template.delete": delete_template,
    "network.delete": delete_network,
    "network.update": update_network,
}
