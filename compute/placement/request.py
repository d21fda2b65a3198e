"""What an instance asks of a host."""

from dataclasses import dataclass
from typing import Self

from compute.models import Instance
from compute.topology.models import Host
from storage.models import Pool, Volume


@dataclass(frozen=True, kw_only=True)
class Request:
    """Room for one instance in a zone.

    `volume` is its root disk, with a pool once it lies somewhere; `pools` are where its disks lie; `last_host_id` is
    where it ran last, and where it starts quickest.
    """

    zone_id: int
    account_id: int
    cpus: int
    memory_mib: int
    volume: Volume | None
    host_tags: tuple[str, ...] = ()
    storage_tags: tuple[str, ...] = ()
    last_host_id: int | None = None
    pools: tuple[Pool, ...] = ()

    @classmethod
    def of(cls, instance: Instance, volume: Volume | None) -> Self:
        """What the instance asks for as it is now."""
        return cls(
            zone_id=instance.zone_id,
            account_id=instance.account_id,
            cpus=instance.cpus,
            memory_mib=instance.memory_mib,
            volume=volume,
            host_tags=tuple(instance.offering.host_tags),
            storage_tags=tuple(instance.offering.storage_tags),
            last_host_id=instance.last_host_id,
            pools=tuple(Pool.objects.filter(volumes__attachment__instance=instance).distinct()),
        )

    @property
    def words(self) -> str:
        """`2 CPUs and 2048 MiB of memory`."""
        return f"{self.cpus} {'CPU' if self.cpus == 1 else 'CPUs'} and {self.memory_mib} MiB of memory"


def free_cpus(host: Host) -> int:
    """CPUs that may still be claimed there, with the cluster's over-commit; as `topology.claims` counts."""
    return max(0, int(host.cpus * host.cluster.cpu_overcommit) - host.claimed_cpus)


def free_memory_mib(host: Host) -> int:
    """MiB that may still be claimed there, as `topology.claims` counts."""
    usable_mib = (host.memory_mib - host.reserved_memory_mib) * host.cluster.memory_overcommit
    return max(0, int(usable_mib) - host.claimed_memory_mib)
