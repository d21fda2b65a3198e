"""A host must have CPUs and memory left. SQL asks this first; here it is asked again to say how much is missing."""

from collections.abc import Callable, Sequence

from compute.placement.request import Request, free_cpus, free_memory_mib
from compute.topology.models import Host


def asking(request: Request, hosts: Sequence[Host]) -> Callable[[Host], str | None]:
    """Yes where both fit, over-commit counted in."""

    def ask(host: Host) -> str | None:
        cpus, memory_mib = free_cpus(host), free_memory_mib(host)
        if cpus >= request.cpus and memory_mib >= request.memory_mib:
            return None
        return f"has {cpus} CPUs and {memory_mib} MiB left"

    return ask


def reason(request: Request, hosts: Sequence[Host]) -> str:
    """For operators: what is needed, and the best that there is."""
    best_memory_mib = max((free_memory_mib(host) for host in hosts), default=0)
    best_cpus = max((free_cpus(host) for host in hosts), default=0)
    if best_memory_mib < request.memory_mib:
        return f"needs {request.memory_mib} MiB, the best has {best_memory_mib}."
    if best_cpus < request.cpus:
        return f"needs {request.cpus} CPUs, the best has {best_cpus}."
    return f"needs {request.words} on one host, and those with the memory lack the CPUs."


def advice(request: Request) -> str:
    """For tenants."""
    return f"No host has {request.words} left. Choose a smaller size or another zone, or try again later."
