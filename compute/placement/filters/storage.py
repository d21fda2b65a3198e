"""A host must reach a pool with room for the root disk."""

from collections.abc import Callable, Sequence

from compute.placement.request import Request
from compute.topology.models import Host
from storage import pool_choice
from storage.amounts import readable
from storage.pool_choice import Need


def asking(request: Request, hosts: Sequence[Host]) -> Callable[[Host], str | None]:
    """Yes where the disk lies somewhere already, or a pool in reach can take it; one query for all hosts."""
    volume = request.volume
    if volume is None or volume.pool_id is not None:
        return lambda host: None
    need = Need(request.zone_id, volume.size_bytes, request.storage_tags, is_whole=volume.is_whole)
    refusals = pool_choice.refusals_by_host(hosts, need)
    return lambda host: refusals.get(host.pk)


def reason(request: Request, hosts: Sequence[Host]) -> str:
    """For operators."""
    return (
        f"needs {_size(request)} of storage, and none reaches a pool with that much room and the right tags."
    )


def advice(request: Request) -> str:
    """For tenants."""
    return (
        f"No storage has {_size(request)} left for its disk. Choose a smaller disk or another zone, or try "
        "again later."
    )


def _size(request: Request) -> str:
    return readable(request.volume.size_bytes) if request.volume else "0 bytes"
