"""Zones and clusters as places where settings may have values of their own."""

from cloudportal.core.caller import Caller
from compute.topology import queries
from tenants.declarations import PlaceKind
from tenants.queries.settings import Place, register_place


def zone_place(caller: Caller, uuid: str) -> Place:
    """The zone as a place. Raises NotFound."""
    zone = queries.zone_for(caller, uuid)
    return Place.of_zone(zone.uuid, zone.name)


def cluster_place(caller: Caller, uuid: str) -> Place:
    """The cluster as a place, which inherits from its zone. Raises NotFound."""
    cluster = queries.cluster_for(caller, uuid)
    return Place.of_cluster(cluster.uuid, cluster.name, zone_uuid=cluster.pod.zone.uuid)


register_place(PlaceKind.ZONE, zone_place)
register_place(PlaceKind.CLUSTER, cluster_place)
