"""What an instance asks of a host."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.db.models import Q

from compute.models import Instance
from compute.placement.orders import STRICT
from compute.placement.peers import Peers, peers_of
from compute.topology.models import Dedication, Host
from storage.models import Pool, Volume
from tenants.queries import settings_value


@dataclass(frozen=True, kw_only=True)
class Request:
    """Room for one instance in a zone.

    `volume` is its root disk, with a pool once it lies somewhere; `pools` are where its disks lie; `last_host_id` is
    where it ran last, and where it starts quickest. `peers` are its affinity groups, the dedications those in the zone,
    and `system` is its template's operating system, of the category `os_category_id`. `pinned` is the one host that
    will do, where one was chosen.
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
    peers: tuple[Peers, ...] = ()
    own_dedications: tuple[Dedication, ...] = ()
    others_dedications: tuple[Dedication, ...] = ()
    system: str = ""
    os_category_id: int | None = None
    is_system_strict: bool = False
    pinned: UUID | None = None

    @classmethod
    def of(cls, instance: Instance, volume: Volume | None) -> Self:
        """What the instance asks for as it is now, in a fixed number of queries."""
        own, others = _dedications(instance)
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
            peers=peers_of(instance),
            own_dedications=own,
            others_dedications=others,
            system=instance.template.os_type if instance.template else "",
            os_category_id=_os_category(instance),
            is_system_strict=settings_value("placement.os_preference", zone_uuid=instance.zone.uuid)
            == STRICT,
        )

    def has_system(self, host: Host) -> bool:
        """True where the template's operating system is of the category that the host is meant for, or has its word."""
        if host.os_category_id is not None:
            return host.os_category_id == self.os_category_id
        return host.preferred_os.lower() in self.system.lower()

    @property
    def words(self) -> str:
        """`2 CPUs and 2048 MiB of memory`."""
        return f"{self.cpus} {'CPU' if self.cpus == 1 else 'CPUs'} and {self.memory_mib} MiB of memory"


def _os_category(instance: Instance) -> int | None:
    system = instance.template.system if instance.template else None
    return system.category_id if system else None


def _dedications(instance: Instance) -> tuple[tuple[Dedication, ...], tuple[Dedication, ...]]:
    """Those in the zone that are for the instance's owner, and those for others."""
    zone = instance.zone_id
    in_zone = Dedication.objects.filter(
        Q(zone=zone) | Q(pod__zone=zone) | Q(cluster__pod__zone=zone) | Q(host__cluster__pod__zone=zone)
    )
    found = list(in_zone.select_related("domain", "account", *Dedication.PLACES))
    account = instance.account
    ids = tuple(account.domain.ancestor_ids)
    own = tuple(one for one in found if one.is_for(account.pk, ids))
    return own, tuple(one for one in found if one not in own)


def free_cpus(host: Host) -> int:
    """CPUs that may still be claimed there, with the cluster's over-commit; as `topology.claims` counts."""
    return max(0, int(host.cpus * host.cluster.cpu_overcommit) - host.claimed_cpus)


def free_memory_mib(host: Host) -> int:
    """MiB that may still be claimed there, as `topology.claims` counts."""
    usable_mib = (host.memory_mib - host.reserved_memory_mib) * host.cluster.memory_overcommit
    return max(0, int(usable_mib) - host.claimed_memory_mib)
