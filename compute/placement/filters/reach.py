"""A host must reach the pools on which the disks of the instance lie already."""

from collections.abc import Callable, Sequence

from compute.placement.request import Request
from compute.topology.models import Host
from storage.connections import reaches


def asking(request: Request, hosts: Sequence[Host]) -> Callable[[Host], str | None]:
    """Yes where every disk that was ever made can be used."""

    def ask(host: Host) -> str | None:
        missing = [pool.name for pool in request.pools if not reaches(host, pool)]
        return f"does not reach {', '.join(missing)}" if missing else None

    return ask


def reason(request: Request, hosts: Sequence[Host]) -> str:
    """For operators."""
    names = ", ".join(pool.name for pool in request.pools)
    return f"none reaches all of the pools on which its disks lie: {names}."


def advice(request: Request) -> str:
    """For tenants."""
    return (
        "No host that takes instances reaches all of its disks right now. Detach the data volumes that were attached "
        "last or move them to other storage, or try again later."
    )
