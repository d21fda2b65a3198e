"""The infrastructure in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet

from cloudportal.administration.forms import ServiceForm, by_uuid
from cloudportal.administration.scoped import ScopedAdmin
from cloudportal.administration.verbs import Verb
from cloudportal.core.caller import Caller
from compute.topology import actions, queries
from compute.topology.models import Cluster, Host, OsCategory, OsType, Pod, Region, Zone
from compute.topology.services import clusters, hosts, os_types, pods, regions, zones
from compute.topology.services.clusters import ClusterChanges, ClusterValues
from compute.topology.services.hosts import HostChanges, HostValues
from compute.topology.services.os_types import (
    OsCategoryChanges,
    OsCategoryValues,
    OsTypeChanges,
    OsTypeValues,
)
from compute.topology.services.pods import PodChanges, PodValues
from compute.topology.services.regions import RegionChanges, RegionValues
from compute.topology.services.zones import ZoneChanges, ZoneValues


@admin.register(Region)
class RegionAdmin(ScopedAdmin):
    """Sets of zones."""

    read, add = actions.READ_REGION, actions.CREATE_REGION
    edit, remove = actions.UPDATE_REGION, actions.DELETE_REGION
    list_display = ("name", "endpoint")
    search_fields = ("name",)
    fields = ("name", "endpoint")

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's regions."""
        return queries.regions_for(caller)

    def create(self, caller: Caller, values: dict[str, Any]) -> Region:
        """By the service."""
        return regions.create(caller, RegionValues(**values))

    def update(self, caller: Caller, row: Region, values: dict[str, Any]) -> Region:
        """By the service."""
        return regions.update(caller, row, RegionChanges(**values))

    def delete(self, caller: Caller, row: Region) -> None:
        """By the service."""
        regions.delete(caller, row)


@admin.register(Zone)
class ZoneAdmin(ScopedAdmin):
    """Data centres that tenants choose."""

    read, add = actions.READ_ZONE, actions.CREATE_ZONE
    edit, remove = actions.UPDATE_ZONE, actions.DELETE_ZONE
    list_display = ("name", "region", "state")
    list_filter = ("state", "region")
    search_fields = ("name",)
    fields = ("region", "name", "dns", "network_suffix")
    fixed = ("region",)
    shown = ("state",)
    verbs = (Verb(actions.ENABLE_ZONE, zones.enable), Verb(actions.DISABLE_ZONE, zones.disable))

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's zones."""
        return queries.zones_for(caller)

    def create(self, caller: Caller, values: dict[str, Any]) -> Zone:
        """By the service."""
        return zones.create(caller, ZoneValues(**by_uuid(values)))

    def update(self, caller: Caller, row: Zone, values: dict[str, Any]) -> Zone:
        """By the service."""
        return zones.update(caller, row, ZoneChanges(**values))

    def delete(self, caller: Caller, row: Zone) -> None:
        """By the service."""
        zones.delete(caller, row)


@admin.register(Pod)
class PodAdmin(ScopedAdmin):
    """Hosts behind one switch."""

    read, add = actions.READ_POD, actions.CREATE_POD
    edit, remove = actions.UPDATE_POD, actions.DELETE_POD
    list_display = ("name", "zone", "state")
    list_filter = ("state", "zone")
    search_fields = ("name",)
    fields = ("zone", "name")
    fixed = ("zone",)
    shown = ("state",)
    verbs = (Verb(actions.ENABLE_POD, pods.enable), Verb(actions.DISABLE_POD, pods.disable))

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's pods."""
        return queries.pods_for(caller)

    def create(self, caller: Caller, values: dict[str, Any]) -> Pod:
        """By the service."""
        return pods.create(caller, PodValues(**by_uuid(values)))

    def update(self, caller: Caller, row: Pod, values: dict[str, Any]) -> Pod:
        """By the service."""
        return pods.update(caller, row, PodChanges(**values))

    def delete(self, caller: Caller, row: Pod) -> None:
        """By the service."""
        pods.delete(caller, row)


@admin.register(Cluster)
class ClusterAdmin(ScopedAdmin):
    """Hosts of one kind."""

    read, add = actions.READ_CLUSTER, actions.CREATE_CLUSTER
    edit, remove = actions.UPDATE_CLUSTER, actions.DELETE_CLUSTER
    list_display = ("name", "pod", "driver", "state")
    list_filter = ("state", "driver", "pod")
    search_fields = ("name",)
    fields = ("pod", "name", "driver", "cpu_overcommit", "memory_overcommit")
    fixed = ("pod", "driver")
    shown = ("state",)
    verbs = (Verb(actions.ENABLE_CLUSTER, clusters.enable), Verb(actions.DISABLE_CLUSTER, clusters.disable))

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's clusters."""
        return queries.clusters_for(caller)

    def create(self, caller: Caller, values: dict[str, Any]) -> Cluster:
        """By the service."""
        return clusters.create(caller, ClusterValues(**by_uuid(values)))

    def update(self, caller: Caller, row: Cluster, values: dict[str, Any]) -> Cluster:
        """By the service."""
        return clusters.update(caller, row, ClusterChanges(**values))

    def delete(self, caller: Caller, row: Cluster) -> None:
        """By the service."""
        clusters.delete(caller, row)


class HostForm(ServiceForm):
    """Secret settings are typed among the others, and are not shown again."""

    class Meta:
        model = Host
        fields = ("cluster", "name", "settings", "tags", "preferred_os", "reserved_memory_mib")
        help_texts: ClassVar = {
            "settings": "As the driver declares them. Secret ones are kept apart, and those left out stay as they are."
        }


@admin.register(Host)
class HostAdmin(ScopedAdmin):
    """What guests run on."""

    form = HostForm
    read, add, edit = actions.READ_HOST, actions.ADD_HOST, actions.UPDATE_HOST
    list_display = (
        "name",
        "cluster",
        "driver",
        "state",
        "cpus",
        "memory_mib",
        "claimed_memory_mib",
        "last_seen_at",
    )
    list_filter = ("state", "driver", "cluster")
    search_fields = ("name",)
    fields = ("cluster", "name", "settings", "tags", "preferred_os", "reserved_memory_mib")
    fixed = ("cluster",)
    shown = (
        "driver",
        "state",
        "reason",
        "cpus",
        "cpu_mhz",
        "memory_mib",
        "claimed_cpus",
        "claimed_memory_mib",
        "facts",
        "last_seen_at",
    )
    verbs = (
        Verb(actions.ENABLE_HOST, hosts.enable),
        Verb(actions.DISABLE_HOST, hosts.disable),
        Verb(actions.MAINTAIN_HOST, hosts.maintain),
        Verb(actions.RECONNECT_HOST, hosts.reconnect),
        Verb(actions.REMOVE_HOST, hosts.remove),
    )

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's hosts."""
        return queries.hosts_for(caller)

    def create(self, caller: Caller, values: dict[str, Any]) -> Any:
        """By the service."""
        return hosts.add(caller, HostValues(**by_uuid(values)))

    def update(self, caller: Caller, row: Host, values: dict[str, Any]) -> Host:
        """By the service."""
        return hosts.update(caller, row, HostChanges(**values))


@admin.register(OsCategory)
class OsCategoryAdmin(ScopedAdmin):
    """Families of operating systems."""

    read, add = actions.READ_OS_CATEGORY, actions.CREATE_OS_CATEGORY
    edit, remove = actions.UPDATE_OS_CATEGORY, actions.DELETE_OS_CATEGORY
    list_display = ("name",)
    search_fields = ("name",)
    fields = ("name",)

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """All of them."""
        return queries.os_categories_for(caller)

    def create(self, caller: Caller, values: dict[str, Any]) -> OsCategory:
        """By the service."""
        return os_types.create_category(caller, OsCategoryValues(**values))

    def update(self, caller: Caller, row: OsCategory, values: dict[str, Any]) -> OsCategory:
        """By the service."""
        return os_types.update_category(caller, row, OsCategoryChanges(**values))

    def delete(self, caller: Caller, row: OsCategory) -> None:
        """By the service."""
        os_types.delete_category(caller, row)


@admin.register(OsType)
class OsTypeAdmin(ScopedAdmin):
    """Operating systems that templates may hold."""

    read, add = actions.READ_OS_TYPE, actions.CREATE_OS_TYPE
    edit, remove = actions.UPDATE_OS_TYPE, actions.DELETE_OS_TYPE
    list_display = ("name", "category")
    list_filter = ("category",)
    search_fields = ("name",)
    fields = ("name", "category")

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """All of them."""
        return queries.os_types_for(caller)

    def create(self, caller: Caller, values: dict[str, Any]) -> OsType:
        """By the service."""
        return os_types.create(caller, OsTypeValues(**_by_category(values)))

    def update(self, caller: Caller, row: OsType, values: dict[str, Any]) -> OsType:
        """By the service."""
        return os_types.update(caller, row, OsTypeChanges(**_by_category(values)))

    def delete(self, caller: Caller, row: OsType) -> None:
        """By the service."""
        os_types.delete(caller, row)


def _by_category(values: dict[str, Any]) -> dict[str, Any]:
    category = values.get("category")
    return {**values, "category": category.uuid} if category else values
