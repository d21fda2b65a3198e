"""Whether an instance has, or could have, all of its disks on one host."""

from compute.models import Instance
from compute.topology.models import Host
from storage.connections import reaches
from storage.models import Pool


def is_reachable(pools: list[Pool], instance: Instance) -> bool:
    """True where the host of the instance reaches all of the pools or, for one on none, where any host of its zone
    does.
    """
    if instance.host is not None:
        hosts = [instance.host]
    else:
        hosts = list(Host.objects.filter(cluster__pod__zone=instance.zone_id).select_related("cluster__pod"))
    return any(all(reaches(host, pool) for pool in pools) for host in hosts)
