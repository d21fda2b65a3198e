"""Whether an instance has, or could have, all of its disks on one host."""

from compute.models import Instance
from storage.connections import reaching
from storage.models import Pool


def is_reachable(pools: list[Pool], instance: Instance) -> bool:
    """True where the host of the instance reaches all of the pools or, for one on none, where any host of its zone
    does.
    """
    hosts = reaching(*pools).filter(cluster__pod__zone_id=instance.zone_id)
    return (hosts if instance.host_id is None else hosts.filter(pk=instance.host_id)).exists()
