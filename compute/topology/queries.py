"""The ways to find regions, zones, pods, clusters, hosts and OS types."""

from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from compute.topology import actions
from compute.topology.models import Cluster, Host, OsCategory, OsType, Pod, Region, Zone


def regions_for(caller: Caller) -> ScopedQuerySet[Region]:
    """Regions, by name."""
    actions.READ_REGION.permit(caller)
    return Region.objects.for_caller(caller).order_by("name")


def region_for(caller: Caller, uuid: UUID | str) -> Region:
    """One of them. Raises NotFound."""
    return regions_for(caller).one(uuid)


def zones_for(caller: Caller) -> ScopedQuerySet[Zone]:
    """Zones that the caller may use, by name; root admins see disabled ones too."""
    actions.READ_ZONE.permit(caller)
    return Zone.objects.for_caller(caller).select_related("region")


def zone_for(caller: Caller, uuid: UUID | str) -> Zone:
    """One of them. Raises NotFound."""
    return zones_for(caller).one(uuid)


def pods_for(caller: Caller) -> ScopedQuerySet[Pod]:
    """Pods that the caller may see, by name."""
    actions.READ_POD.permit(caller)
    return Pod.objects.for_caller(caller).select_related("zone")


def pod_for(caller: Caller, uuid: UUID | str) -> Pod:
    """One of them. Raises NotFound."""
    return pods_for(caller).one(uuid)


def clusters_for(caller: Caller) -> ScopedQuerySet[Cluster]:
    """Clusters that the caller may see, by name."""
    actions.READ_CLUSTER.permit(caller)
    return Cluster.objects.for_caller(caller).select_related("pod__zone")


def cluster_for(caller: Caller, uuid: UUID | str) -> Cluster:
    """One of them. Raises NotFound."""
    return clusters_for(caller).one(uuid)


def hosts_for(caller: Caller) -> ScopedQuerySet[Host]:
    """Hosts that the caller may see, by name, with their places."""
    actions.READ_HOST.permit(caller)
    return Host.objects.for_caller(caller).select_related("cluster__pod__zone", "os_category")


def host_for(caller: Caller, uuid: UUID | str) -> Host:
    """One of them. Raises NotFound."""
    return hosts_for(caller).one(uuid)


def os_categories_for(caller: Caller) -> ScopedQuerySet[OsCategory]:
    """Families of operating systems, by name."""
    actions.READ_OS_CATEGORY.permit(caller)
    return OsCategory.objects.for_caller(caller)


def os_category_for(caller: Caller, uuid: UUID | str) -> OsCategory:
    """One of them. Raises NotFound."""
    return os_categories_for(caller).one(uuid)


def os_types_for(caller: Caller) -> ScopedQuerySet[OsType]:
    """Operating systems, by name, with their categories."""
    actions.READ_OS_TYPE.permit(caller)
    return OsType.objects.for_caller(caller).select_related("category")


def os_type_for(caller: Caller, uuid: UUID | str) -> OsType:
    """One of them. Raises NotFound."""
    return os_types_for(caller).one(uuid)
