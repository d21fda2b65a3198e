"""A small simulated cloud, in rows and in the simulator's world, and instances in it."""

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from django.conf import settings as django_settings

from cloudportal.core import clock
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.drivers.simulated.world import SimulatedWorld
from compute.models import AffinityGroup, Instance, InstanceSchedule, InstanceSnapshot, ServiceOffering
from compute.queries import with_everything
from compute.services import instances
from compute.services.instances import DeployValues
from compute.services.volume_rules import shape_of
from compute.topology.connections import compute_driver
from compute.topology.models import Cluster, Dedication, Host, Zone
from networking.models import Network
from storage.models import Pool, Template
from tenants.models import Account
from tests.support.factories import account_of, numbered
from tests.support.factories_infra import (
    make_cluster,
    make_host,
    make_network,
    make_pod,
    make_pool,
    make_template,
    make_zone,
    qcow2_bytes,
)
from tests.support.jobs import run_job

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


def cluster_in(zone, **values):
    """A cluster in a pod of its own."""
    return make_cluster(make_pod(zone), **values)


def make_offering(name=None, **values):
    known = {"cpus": 1, "memory_mib": 512, "cpu_mhz": 1000, **values}
    return ServiceOffering.objects.create(name=name or numbered("size"), **known)


def make_instance_snapshot(instance, **values):
    """A ready snapshot of the instance with its memory, in rows only."""
    known = {
        "name": numbered("snapshot"),
        "state": "ready",
        "has_memory": True,
        "record": "kept",
        "shape": shape_of(instance, has_memory=True),
        **values,
    }
    return InstanceSnapshot.objects.create(instance=instance, **known)


def make_schedule(instance, **values):
    """A schedule that stops the instance every evening, due tomorrow."""
    known = {
        "name": numbered("schedule"),
        "verb": "stop",
        "expression": "0 20 * * *",
        "time_zone": "UTC",
        "next_run_at": clock.now() + timedelta(days=1),
        **values,
    }
    return InstanceSchedule.objects.create(instance=instance, **known)


def make_affinity_group(account, name=None, **values):
    """A strict group that keeps its instances apart."""
    known = {"kind": AffinityGroup.APART, **values}
    return AffinityGroup.objects.create(account=account, name=name or numbered("group"), **known)


def make_dedication(owner, **values):
    """The place among the values is kept for the domain or account."""
    is_account = isinstance(owner, Account)
    whose = {"domain": owner.domain, "account": owner} if is_account else {"domain": owner}
    return Dedication.objects.create(**whose, **values)


def make_cloud(*, hosts=1, cluster=None, host=None, offering=None, addresses=20, capacity_gib=1024):
    """A cloud in rows and in a simulated world of its own; `cluster`, `host` and `offering` are extra values."""
    folder = tempfile.mkdtemp(prefix="cloud-", dir=django_settings.STATE_DIR)
    world = SimulatedWorld(Path(folder) / "world.sqlite3")

    def settings(place, **more):
        return {"world": str(world.path), "place": place, **more}

    zone = make_zone()
    home = cluster_in(zone, **(cluster or {}))
    return Cloud(
        world=world,
        zone=zone,
        cluster=home,
        hosts=[
            make_host(home, settings=settings(f"host-{number}"), **(host or {})) for number in range(hosts)
        ],
        pool=make_pool(
            zone,
            settings=settings("pool", capacity_gib=capacity_gib),
            capacity_bytes=capacity_gib * GIB,
            overcommit=Decimal(1),
        ),
        template=make_template(virtual_size_bytes=GIB, content=qcow2_bytes(GIB, salt=uuid4().bytes)),
        network=make_network(
            zone, cidr="10.7.0.0/24", last=f"10.7.0.{1 + addresses}", settings=settings("network")
        ),
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
