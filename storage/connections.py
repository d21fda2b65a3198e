"""The one place where a storage driver is opened."""

from cloudportal.drivers.errors import Unreachable
from cloudportal.drivers.registry import driver_class
from cloudportal.drivers.settings import InvalidSettings, Scope
from compute.topology import states as topology_states
from compute.topology.connections import CALL_SECONDS
from compute.topology.driver_settings import Configured, merged, outdated
from compute.topology.models import Host
from storage.drivers.contract import StorageDriver
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

    A driver that works through a host uses `host` where it reaches the pool, else one that is up; without any it
    raises Unreachable. Never call it inside a transaction.
    """
    rows: dict[Scope, Configured] = {"pool": pool}
    if _works_through_a_host(pool):
        rows["host"] = _host_for(pool, host)
    try:
        return open_storage(
            pool.driver, merged("storage", pool.driver, rows), timeout_seconds=timeout_seconds
        )
    except InvalidSettings as error:
        raise outdated(f"the storage pool {pool.name}", error) from error


def reaches(host: Host, pool: Pool) -> bool:
    """True where guests on the host can use volumes of the pool. `host.cluster.pod` should have been selected."""
    if pool.host_id is not None:
        return pool.host_id == host.pk
    if pool.cluster_id is not None:
        return pool.cluster_id == host.cluster_id
    return pool.zone_id == host.cluster.pod.zone_id


def _works_through_a_host(pool: Pool) -> bool:
    return any(one.scope == "host" for one in driver_class("storage", pool.driver).settings)


def _host_for(pool: Pool, host: Host | None) -> Host:
    if host is not None and reaches(host, pool):
        return host
    if pool.host is not None:
        return pool.host
    hosts = Host.objects.filter(cluster__pod__zone_id=pool.zone_id, state=topology_states.UP)
    if pool.cluster_id is not None:
        hosts = hosts.filter(cluster_id=pool.cluster_id)
    found = hosts.order_by("pk").first()
    if found is None:
        raise Unreachable(NO_HOST_UP, detail=f"storage pool {pool.name}")
    return found
