"""The emptiest host, so that instances have it to themselves as far as possible."""

from collections.abc import Sequence

from compute.placement.request import Request, free_cpus, free_memory_mib
from compute.topology.models import Host


def share_left(host: Host) -> float:
    """How much of the scarcer of CPUs and memory is left, 0 to 1."""
    cpus, memory_mib = free_cpus(host), free_memory_mib(host)
    all_cpus, all_memory_mib = cpus + host.claimed_cpus, memory_mib + host.claimed_memory_mib
    return min(cpus / max(all_cpus, 1), memory_mib / max(all_memory_mib, 1))


def weigh(request: Request, hosts: Sequence[Host]) -> dict[int, float]:
    """The greater the share that is left, the better."""
    return {host.pk: share_left(host) for host in hosts}
