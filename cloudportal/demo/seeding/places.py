"""The infrastructure of the demonstration: one zone with hosts, a storage pool and a shared network."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import IPv4Network

from cloudportal.core.caller import Caller
from cloudportal.demo.seeding.finding import ensure
from compute.topology import queries as topology
from compute.topology import states as topology_states
from compute.topology.models import Cluster, Host, Zone
from compute.topology.services import clusters, hosts, pods, regions, zones
from compute.topology.services.clusters import ClusterValues
from compute.topology.services.hosts import HostValues
from compute.topology.services.pods import PodValues
from compute.topology.services.regions import RegionValues
from compute.topology.services.zones import ZoneValues
from networking import queries as networking
from networking.models import Network
from networking.services import networks
from networking.services.networks import SharedNetworkValues
from storage import queries as storage
from storage import states as storage_states
from storage.models import Pool
from storage.services import pools
from storage.services.pools import PoolValues

# Instances that are looked at do next to nothing, and a small machine should run more than two of them.
CPU_OVERCOMMIT = Decimal(8)


@dataclass(frozen=True)
class Driven:
    """A driver and the settings that it takes."""

    driver: str
    settings: Mapping[str, object]


@dataclass(frozen=True)
class Machinery:
    """What the zone is built on: settings for each host by its name, and for the pool and the network.

    `subnet` is for a network that is not there yet.
    """

    compute: str
    hosts: Mapping[str, Mapping[str, object]]
    pool: Driven
    network: Driven
    subnet: IPv4Network


@dataclass(frozen=True)
class Places:
    """The zone and what is in it."""

    zone: Zone
    hosts: tuple[Host, ...]
    pool: Pool
    network: Network


def ensure_places(caller: Caller, machinery: Machinery) -> Places:
    """The zone with its hosts, pool and network; jobs for workers connect what is not up. May be called again."""
    region = ensure(
        topology.regions_for(caller).filter(name="home"),
        lambda: regions.create(caller, RegionValues(name="home")),
    )
    zone = ensure(
        topology.zones_for(caller).filter(name="demo"),
        lambda: zones.create(caller, ZoneValues(region_uuid=region.uuid, name="demo")),
    )
    cluster = _cluster(caller, zone, machinery.compute)
    found = tuple(_host(caller, cluster, name, values) for name, values in machinery.hosts.items())
    pool = _pool(caller, cluster, machinery.pool)
    return Places(zone, found, pool, _network(caller, zone, machinery))


def _cluster(caller: Caller, zone: Zone, driver: str) -> Cluster:
    pod = ensure(
        topology.pods_for(caller).filter(zone=zone, name="rack-1"),
        lambda: pods.create(caller, PodValues(zone_uuid=zone.uuid, name="rack-1")),
    )
    values = ClusterValues(pod_uuid=pod.uuid, name=driver, driver=driver, cpu_overcommit=CPU_OVERCOMMIT)
    found = topology.clusters_for(caller).filter(pod=pod, name=driver)
    return ensure(found, lambda: clusters.create(caller, values))


def _host(caller: Caller, cluster: Cluster, name: str, settings: Mapping[str, object]) -> Host:
    values = HostValues(cluster_uuid=cluster.uuid, name=name, settings=settings)
    found = topology.hosts_for(caller).filter(cluster=cluster, name=name)
    host = ensure(found, lambda: hosts.add(caller, values)[0])
    if host.state == topology_states.UNREACHABLE:
        hosts.reconnect(caller, host)
    return host


def _pool(caller: Caller, cluster: Cluster, wanted: Driven) -> Pool:
    zone = cluster.pod.zone
    values = PoolValues(
        zone_uuid=zone.uuid,
        cluster_uuid=cluster.uuid,
        name="disks",
        driver=wanted.driver,
        settings=wanted.settings,
    )
    found = storage.pools_for(caller).filter(zone=zone, name="disks")
    pool = ensure(found, lambda: pools.add(caller, values)[0])
    if pool.state == storage_states.DISABLED:
        pools.reconnect(caller, pool)
    return pool


def _network(caller: Caller, zone: Zone, machinery: Machinery) -> Network:
    subnet, wanted = machinery.subnet, machinery.network
    values = SharedNetworkValues(
        zone_uuid=zone.uuid,
        name="shared",
        driver=wanted.driver,
        settings=wanted.settings,
        cidr=str(subnet),
        gateway=str(subnet[1]),
        first_ip=str(subnet[10]),
        last_ip=str(subnet[99]),
    )
    found = networking.networks_for(caller).filter(zone=zone, name="shared")
    return ensure(found, lambda: networks.create_shared(caller, values))
