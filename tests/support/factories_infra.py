"""A small infrastructure on the simulator, made straight in the database: places, hosts, pools, networks, images."""

import hashlib
import struct
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from uuid import uuid4

from django.conf import settings

from cloudportal.core import clock
from cloudportal.drivers.simulated.world import SimulatedWorld
from cloudportal.jobs.models import Job
from cloudportal.jobs.run import Run
from compute.topology.models import Cluster, Host, OsCategory, OsType, Pod, Region, Zone
from networking.models import Address, Network
from storage import store
from storage.connections import storage_driver
from storage.drivers.contract import PoolSpec
from storage.models import DiskOffering, Pool, Snapshot, SnapshotSchedule, Template, VolumeExport
from tenants.authentication import system_caller
from tenants.models import Account
from tests.support import discs
from tests.support.factories import foundation, numbered

GIB = 1024**3
MIB = 1024**2


def world():
    """The simulated world that everything made here lives in; the same for all tests, so name places apart."""
    return SimulatedWorld(settings.STATE_DIR / "simulated-world.sqlite3")


def new_place():
    """The name of a place in the world that nobody has used, in this process or another with the same state."""
    return f"place-{uuid4().hex[:12]}"


def place_settings(place, **more):
    """Settings of a simulated host, pool or network."""
    return {"world": str(world().path), "place": place, **more}


def make_region(name=None):
    return Region.objects.create(name=name or numbered("region"))


def make_os_category(name=None):
    """A category; the one of this name where the product brings it."""
    return OsCategory.objects.get_or_create(name=name or numbered("os-category"))[0]


def make_os_type(name=None, category=None):
    """A type; the one of this name where the product brings it."""
    name = name or numbered("os-type")
    known = OsType.objects.filter(name=name).first()
    return known or OsType.objects.create(name=name, category=category or make_os_category())


def make_zone(region=None, name=None, **values):
    return Zone.objects.create(region=region or make_region(), name=name or numbered("zone"), **values)


def make_pod(zone=None, name=None, **values):
    return Pod.objects.create(zone=zone or make_zone(), name=name or numbered("pod"), **values)


def make_cluster(pod=None, name=None, **values):
    values = {"driver": "simulator", **values}
    return Cluster.objects.create(pod=pod or make_pod(), name=name or numbered("cluster"), **values)


def make_host(cluster=None, name=None, **values):
    """A host that is up, with 16 CPUs and 64 GiB."""
    cluster = cluster or make_cluster()
    name = name or numbered("host")
    values = {
        "driver": cluster.driver,
        "settings": place_settings(new_place(), cpus=16, cpu_mhz=2600, memory_mib=65536),
        "state": "up",
        "cpus": 16,
        "cpu_mhz": 2600,
        "memory_mib": 65536,
        **values,
    }
    return Host.objects.create(cluster=cluster, name=name, **values)


def make_pool(zone=None, name=None, **values):
    """A pool of the whole zone, or of `cluster` or `host` where one is given, that is up and there in the world."""
    name = name or numbered("pool")
    settings_ = place_settings(new_place(), capacity_gib=1024)
    values = {
        "driver": "simulator",
        "settings": settings_,
        "state": "up",
        "capacity_bytes": 1024 * GIB,
        **values,
    }
    pool = Pool.objects.create(zone=zone or make_zone(), name=name, **values)
    with storage_driver(pool) as driver:
        driver.ensure_pool(PoolSpec(uuid=pool.uuid, name=pool.name))
    return pool


def qcow2_bytes(virtual_size_bytes=64 * MIB, salt=b""):
    """A qcow2 file that is nothing but a sound header and some padding that tells files apart."""
    header = struct.pack(
        ">4sIQIIQIIQQIIQ",
        b"QFI\xfb",
        3,
        0,  # no backing file
        0,
        16,  # clusters of 64 KiB
        virtual_size_bytes,
        0,  # not encrypted
        -(-virtual_size_bytes // (512 * MIB)),  # each entry of the first table leads to 512 MiB
        65536 * 3,
        65536,
        1,
        0,  # no snapshots
        0,
    ) + struct.pack(">QQQII", 0, 0, 0, 4, 104)
    return (header + b"\0" * 8 + salt).ljust(65536 * 4, b"\0")


def _stored(content):
    """The checksum under which the content is in the store, whole at once: other processes may have the same."""
    checksum = hashlib.sha256(content).hexdigest()
    owner = uuid4()
    store.incoming_path(owner).write_bytes(content)
    store.shelve(owner, checksum)
    return checksum


def make_template(account=None, name=None, content=None, **values):
    """A ready, public template whose image is in the store."""
    account = account or Account.objects.get(domain=foundation(), name="admin")
    name = name or numbered("template")
    content = content or qcow2_bytes(salt=uuid4().bytes)
    checksum = _stored(content)
    values = {
        "checksum": checksum,
        "size_bytes": len(content),
        "virtual_size_bytes": 64 * MIB,
        "format": "qcow2",
        "state": "ready",
        "is_public": True,
        **values,
    }
    return Template.objects.create(account=account, name=name, **values)


def make_snapshot(volume, name=None, **values):
    """A ready snapshot of the volume, whose image is in the store."""
    content = qcow2_bytes(volume.size_bytes, salt=uuid4().bytes)
    checksum = _stored(content)
    values = {
        "account": volume.account,
        "zone": volume.zone,
        "volume": volume,
        "volume_name": volume.name,
        "checksum": checksum,
        "size_bytes": len(content),
        "virtual_size_bytes": volume.size_bytes,
        "state": "ready",
        **values,
    }
    return Snapshot.objects.create(name=name or numbered("snapshot"), **values)


def make_volume_export(volume, **values):
    """A copy of the volume that is ready to be downloaded for an hour."""
    content = qcow2_bytes(volume.size_bytes, salt=uuid4().bytes)
    checksum = _stored(content)
    known = {
        "name": volume.name,
        "format": "qcow2",
        "checksum": checksum,
        "size_bytes": len(content),
        "virtual_size_bytes": volume.size_bytes,
        "state": "ready",
        "expires_at": clock.now() + timedelta(hours=1),
        **values,
    }
    return VolumeExport.objects.create(account=volume.account, volume=volume, **known)


def make_snapshot_schedule(volume, **values):
    """A daily schedule of the volume's snapshots that is due tomorrow."""
    known = {
        "interval": "daily",
        "time_zone": "UTC",
        "expression": "0 3 * * *",
        "hour": 3,
        "keep": 2,
        "next_run_at": clock.now() + timedelta(days=1),
        **values,
    }
    return SnapshotSchedule.objects.create(volume=volume, **known)


def make_iso(account=None, **values):
    """A ready, public, bootable ISO whose image is in the store."""
    content = discs.iso_bytes(salt=uuid4().bytes)
    values = {"kind": "iso", "format": "iso", "virtual_size_bytes": len(content), **values}
    return make_template(account, content=content, **values)


def make_disk_offering(name=None, **values):
    return DiskOffering.objects.create(name=name or numbered("disk"), **{"size_gib": 5, **values})


def make_network(zone=None, name=None, cidr="10.1.1.0/24", first=None, last=None, **values):
    """A shared network with the addresses from `first` to `last`, by default all but its gateway's."""
    name = name or numbered("network")
    subnet = ip_network(cidr)
    gateway = values.pop("gateway", str(subnet[1]))
    values = {"driver": "simulator", "settings": place_settings(new_place()), **values}
    network = Network.objects.create(
        zone=zone or make_zone(), name=name, cidr=cidr, gateway=gateway, dns=["9.9.9.9"], **values
    )
    low = int(ip_address(first)) if first else int(subnet.network_address) + 2
    high = int(ip_address(last)) if last else int(subnet.broadcast_address) - 1
    Address.objects.bulk_create(
        Address(network=network, ip=str(ip_address(number)), number=number) for number in range(low, high + 1)
    )
    return network


@dataclass(frozen=True)
class Infrastructure:
    """One zone with all that an instance needs."""

    zone: Zone
    cluster: Cluster
    host: Host
    pool: Pool
    network: Network
    template: Template


def make_infrastructure():
    """A zone with one host, one pool, one shared network, and a public template."""
    cluster = make_cluster()
    zone = cluster.pod.zone
    return Infrastructure(
        zone=zone,
        cluster=cluster,
        host=make_host(cluster),
        pool=make_pool(zone),
        network=make_network(zone),
        template=make_template(),
    )


def make_run(row, kind="volume.create", **arguments):
    """What a step sees of a job about this row; no worker will take that job."""
    job = Job.objects.create(
        kind=kind,
        state="done",
        queue="storage",
        subject_uuid=row.uuid,
        domain_path="/",
        arguments=arguments,
        caller=system_caller(Account.objects.get(domain=foundation(), name="admin")).snapshot(),
    )
    return Run(job)
