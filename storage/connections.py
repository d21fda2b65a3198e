"""The one place where a storage driver is opened."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import QuerySet

from cloudportal.drivers.errors import Unreachable
from cloudportal.drivers.settings import InvalidSettings
from compute.topology import states as topology_states
from compute.topology.connections import CALL_SECONDS
from compute.topology.driver_settings import can_lend, lenders, merged, needs_host, outdated
from compute.topology.models import Host
from storage.drivers.contract import PoolSpec, StorageDriver
from storage.drivers.opening import open_storage
from storage.models import Pool

NO_HOST_UP = (
    "No host that reaches the storage is up, so nothing was changed. We try again by ourselves; if it lasts, "
    "the operators are told."
)


def storage_driver(
    pool: Pool, *, host: Host | None = None, timeout_seconds: float = CALL_SECONDS
) -> StorageDriver:
    """The pool's driver, ready for calls of at most that long each; use it in a `with`.

    A pool without a connection of its own is reached through `host` where that reaches it, else through one that is
    up; without any it raises Unreachable. Never call it inside a transaction.
    """
    through = _host_for(pool, host) if needs_host("storage", pool.driver, pool) else None
    try:
        return open_storage(
            pool.driver,
            merged("storage", pool.driver, pool, host=through),
            timeout_seconds=timeout_seconds,
        )
    except InvalidSettings as error:
        raise outdated(f"the storage pool {pool.name}", error) from error


@contextmanager
def ready_pool(
    pool: Pool, *, host: Host | None = None, timeout_seconds: float = CALL_SECONDS
) -> Iterator[StorageDriver]:
    """As `storage_driver`, with the pool made known to the host that it is reached through.

    Each host must have met the pool once, and may have forgotten it since.
    """
    with storage_driver(pool, host=host, timeout_seconds=timeout_seconds) as driver:
        if needs_host("storage", pool.driver, pool):
            driver.ensure_pool(PoolSpec(uuid=pool.uuid, name=pool.name))
        yield driver


def prepare_pool(pool: Pool, host: Host) -> None:
    """The host has the pool, and it is active there; at once where the pool has a connection of its own.

    A volume may have been made through another host. Touches the outside world.
    """
    if needs_host("storage", pool.driver, pool):
        with ready_pool(pool, host=host):
            return


def reaches(host: Host, pool: Pool) -> bool:
    """True where guests on the host can use volumes of the pool. `host.cluster.pod` should have been selected."""
    if not can_lend("storage", pool.driver, host.driver):
        return False
    if pool.host_id is not None:
        return pool.host_id == host.pk
    if pool.cluster_id is not None:
        return pool.cluster_id == host.cluster_id
    return pool.zone_id == host.cluster.pod.zone_id


def reaching(*pools: Pool) -> QuerySet[Host]:
    """The hosts that reach all of the pools, as `reaches` says of one, in a fixed order."""
    hosts = Host.objects.select_related("cluster__pod").order_by("pk")
    for pool in pools:
        hosts = hosts.filter(driver__in=lenders("storage", pool.driver))
        if pool.host_id is not None:
            hosts = hosts.filter(pk=pool.host_id)
        elif pool.cluster_id is not None:
            hosts = hosts.filter(cluster_id=pool.cluster_id)
        else:
            hosts = hosts.filter(cluster__pod__zone_id=pool.zone_id)
    return hosts


def hosts_of(pool: Pool) -> QuerySet[Host]:
    """The hosts that are up and reach the pool, in a fixed order."""
    return reaching(pool).filter(state=topology_states.UP)


def _host_for(pool: Pool, host: Host | None) -> Host:
    if host is not None and reaches(host, pool):
        return host
    if pool.host is not None:
        return pool.host
    found = hosts_of(pool).first()
    if found is None:
        raise Unreachable(NO_HOST_UP, detail=f"storage pool {pool.name}")
    return found
