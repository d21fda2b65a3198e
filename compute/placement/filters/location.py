"""A disk that lies on a pool already can be used only by hosts that reach the pool."""

from collections.abc import Callable, Sequence

from compute.placement.request import Request
from compute.topology.models import Host
from storage.connections import reaches


def asking(request: Request, hosts: Sequence[Host]) -> Callable[[Host], str | None]:
    """Yes where the root disk lies nowhere yet, or within the host's reach."""
    pool = request.volume.pool if request.volume else None

    def ask(host: Host) -> str | None:
        return None if pool is None or reaches(host, pool) else f"does not reach the storage {pool.name}"

    return ask


def reason(request: Request, hosts: Sequence[Host]) -> str:
    """For operators."""
    pool = request.volume.pool if request.volume else None
    return f"none reaches the storage {pool.name if pool else ''}, where its disk lies."


def advice(request: Request) -> str:
    """For tenants."""
    return "The hosts that reach its disk cannot take it now. Try again later."
