"""A small simulated cloud, in rows and in the simulator's world, and instances in it."""

import io
import struct
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.drivers.simulated.world import SimulatedWorld
from compute.models import Instance, ServiceOffering
from compute.queries import with_everything
from compute.services import instances
from compute.services.instances import DeployValues
from compute.topology import states as topology_states
from compute.topology.connections import compute_driver
from compute.topology.models import Cluster, Host, Pod, Region, Zone
from networking.models import Address, Network
from storage import states as storage_states
from storage import store
from storage.connections import storage_driver
from storage.drivers.contract import PoolSpec
from storage.models import Pool, Template
from tests.support.factories import account_of, foundation, numbered
from tests.support.jobs import run_job

MIB = 1024**2
GIB = 1024**3


@dataclass(frozen=True)
class Cloud:
    """One zone with hosts, a pool that all of them reach, a template, a shared network and a size."""

    world: SimulatedWorld
    zone: Zone
    cluster: Cluster
    hosts: list[Host]
    pool: Pool
    template: Template
    network: Network
    offering: ServiceOffering

    @property
    def host(self):
        return self.hosts[0]


def make_zone(name=None):
    region = Region.objects.create(name=numbered("region"))
    return Zone.objects.create(region=region, name=name or numbered("zone"), dns=["192.0.2.53"])


def make_cluster(zone=None, **values):
    pod = Pod.objects.create(zone=zone or make_zone(), name=numbered("pod"))
    return Cluster.objects.create(pod=pod, name=numbered("cluster"), driver="simulator", **values)


def make_host(cluster=None, *, world=None, **values):
    """A host that is up, with 16 CPUs and 64 GiB; with a `world`, also a simulated one that answers."""
    name = values.pop("name", None) or numbered("host")
    settings = {"world": str(world.path), "place": name} if world else {}
    known = {"cpus": 16, "cpu_mhz": 2600, "memory_mib": 65536, "state": topology_states.UP, **values}
    return Host.objects.create(
        cluster=cluster or make_cluster(), name=name, driver="simulator", settings=settings, **known
    )


def make_offering(name=None, **values):
    known = {"cpus": 1, "memory_mib": 512, "cpu_mhz": 1000, **values}
    return ServiceOffering.objects.create(name=name or numbered("size"), **known)


def make_pool(zone, *, world=None, capacity_gib=1024, **values):
    """A pool of the whole zone that is up; with a `world`, also a simulated one."""
    name = values.pop("name", None) or numbered("pool")
    settings = {"world": str(world.path), "place": name, "capacity_gib": capacity_gib} if world else {}
    known = {"overcommit": Decimal(1), "state": storage_states.UP, **values}
    pool = Pool.objects.create(
        zone=zone,
        name=name,
        driver="simulator",
        settings=settings,
        capacity_bytes=capacity_gib * GIB,
        **known,
    )
    if world:
        with storage_driver(pool) as driver:
            driver.ensure_pool(PoolSpec(uuid=pool.uuid, name=pool.name))
    return pool


def make_template(account=None, *, virtual_size_bytes=GIB, **values):
    """A template that everybody may use, with its image in the store."""
    account = account or foundation().accounts.get(name="admin")
    template = Template.objects.create(
        account=account,
        name=values.pop("name", None) or numbered("template"),
        is_public=values.pop("is_public", True),
        virtual_size_bytes=virtual_size_bytes,
        state=storage_states.READY,
        **values,
    )
    received = store.receive(_image(template.name, virtual_size_bytes), template.uuid, limit_bytes=MIB)
    store.shelve(template.uuid, received.checksum)
    template.checksum, template.size_bytes = received.checksum, received.size_bytes
    template.save()
    return template


def make_network(zone, *, world=None, addresses=20, **values):
    """A shared network 10.N.0.0/24 with that many addresses from .10 on."""
    third = int(numbered("n").split("-")[1]) % 250
    settings = {"world": str(world.path), "place": "network"} if world else {}
    network = Network.objects.create(
        zone=zone,
        name=values.pop("name", None) or numbered("network"),
        driver="simulator",
        settings=settings,
        cidr=f"10.{third}.0.0/24",
        gateway=f"10.{third}.0.1",
        dns=["192.0.2.53"],
        **values,
    )
    Address.objects.bulk_create(
        Address(network=network, ip=f"10.{third}.0.{last}", number=(10 << 24) + (third << 16) + last)
        for last in range(10, 10 + addresses)
    )
    return network


def make_cloud(*, hosts=1, cluster=None, host=None, offering=None, addresses=20, capacity_gib=1024):
    """A cloud in rows and in a simulated world of its own; `cluster`, `host` and `offering` are extra values."""
    world = SimulatedWorld(Path(tempfile.mkdtemp(prefix="cloud-")) / "world.sqlite3")
    zone = make_zone()
    home = make_cluster(zone, **(cluster or {}))
    return Cloud(
        world=world,
        zone=zone,
        cluster=home,
        hosts=[make_host(home, world=world, **(host or {})) for _ in range(hosts)],
        pool=make_pool(zone, world=world, capacity_gib=capacity_gib),
        template=make_template(),
        network=make_network(zone, world=world, addresses=addresses),
        offering=make_offering(**(offering or {})),
    )


def deploy_values(cloud, **values):
    """What a caller asks for who wants an instance in this cloud."""
    known = {
        "name": numbered("vm"),
        "template": cloud.template.uuid,
        "offering": cloud.offering.uuid,
        "zone": cloud.zone.uuid,
        "networks": (cloud.network.uuid,),
        **values,
    }
    return DeployValues(**known)


def submit_deployment(cloud, caller, *, start=True, **values):
    """An instance of the caller that is being deployed, and its job, which nobody works on yet."""
    return instances.deploy(caller, deploy_values(cloud, **values), start=start)


def deployed(cloud, caller, *, start=True, **values):
    """An instance of the caller that runs, or with `start=False` one that was never started."""
    instance, job = submit_deployment(cloud, caller, start=start, **values)
    assert run_job(job).state == "done", job.message
    return fresh(instance)


def stopped(cloud, caller, **values):
    """An instance of the caller that ran and was stopped."""
    instance = deployed(cloud, caller, **values)
    assert run_job(instances.stop(caller, instance)).state == "done"
    return fresh(instance)


def destroyed(cloud, caller, **values):
    """An instance of the caller that was destroyed and can be recovered."""
    instance = deployed(cloud, caller, **values)
    assert run_job(instances.destroy(caller, instance)).state == "done"
    return fresh(instance)


def failed(cloud, caller, **values):
    """An instance of the caller whose deployment failed."""
    fault = cloud.world.inject(
        Fault(operation="ensure_guest", kind=FaultKind.FAIL, error="refused", count=None)
    )
    instance, job = submit_deployment(cloud, caller, **values)
    assert run_job(job).state == "failed"
    cloud.world.clear_faults(fault)
    return fresh(instance)


def fresh(instance):
    """The instance as it is now, as services want it."""
    return with_everything(Instance.objects.all()).get(pk=instance.pk)


def guests_of(cloud):
    """Every guest of the cloud's hosts, by its uuid: its host's row and what the host says of it."""
    found = {}
    for host in cloud.hosts:
        with compute_driver(host) as driver:
            found |= {guest.uuid: (host, guest) for guest in driver.list_guests()}
    return found


def owner_of(caller):
    """The owner that things of this caller have."""
    return account_of(caller).owner


def _image(name, virtual_size_bytes):
    # magic, version, no backing file, clusters of 64 KiB, size; docs/interop/qcow2.txt of QEMU
    header = struct.pack(">4sIQIIQ", b"QFI\xfb", 3, 0, 0, 16, virtual_size_bytes)
    # The name makes each image another one, so that templates of one test do not share a copy.
    return io.BytesIO(header.ljust(512, b"\0") + name.encode().ljust(512, b"\0"))
