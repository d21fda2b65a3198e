"""Storage in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet

from cloudportal.administration.forms import ServiceForm, by_uuid
from cloudportal.administration.scoped import ScopedAdmin
from cloudportal.administration.verbs import Verb
from cloudportal.core.caller import Caller
from storage import actions, queries
from storage.models import DiskOffering, Pool, Template, TemplateCopy, Volume
from storage.services import offerings, pools, templates, volumes
from storage.services.offerings import LIMITS, SIZES, DiskOfferingChanges, DiskOfferingValues
from storage.services.pools import PoolChanges, PoolValues


class PoolForm(ServiceForm):
    """Secret settings are typed among the others, and are not shown again."""

    class Meta:
        model = Pool
        fields = ("zone", "cluster", "host", "name", "driver", "settings", "tags", "overcommit")
        help_texts: ClassVar = {
            "settings": "As the driver declares them. Secret ones are kept apart, and those left out stay as they are."
        }


@admin.register(Pool)
class PoolAdmin(ScopedAdmin):
    """Where volumes live."""

    form = PoolForm
    read, add = actions.READ_POOL, actions.ADD_POOL
    edit, remove = actions.UPDATE_POOL, actions.REMOVE_POOL
    list_display = ("name", "zone", "cluster", "host", "driver", "state", "capacity_bytes", "claimed_bytes")
    list_filter = ("state", "driver", "zone")
    search_fields = ("name",)
    fields = ("zone", "cluster", "host", "name", "driver", "settings", "tags", "overcommit")
    fixed = ("zone", "cluster", "host", "driver")
    shown = ("state", "capacity_bytes", "used_bytes", "claimed_bytes", "claimed_whole_bytes", "seen_at")
    verbs = (
        Verb(actions.ENABLE_POOL, pools.enable),
        Verb(actions.DISABLE_POOL, pools.disable),
        Verb(actions.MAINTAIN_POOL, pools.maintain),
        Verb(actions.RECONNECT_POOL, pools.reconnect),
    )

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's pools."""
        return queries.pools_for(caller)

    def create(self, caller: Caller, values: dict[str, Any]) -> Any:
        """By the service."""
        return pools.add(caller, PoolValues(**by_uuid(values)))

    def update(self, caller: Caller, row: Pool, values: dict[str, Any]) -> Pool:
        """By the service."""
        return pools.update(caller, row, PoolChanges(**values))

    def delete(self, caller: Caller, row: Pool) -> None:
        """By the service."""
        pools.remove(caller, row)


@admin.register(DiskOffering)
class DiskOfferingAdmin(ScopedAdmin):
    """Kinds of disks."""

    read, add = actions.READ_DISK_OFFERING, actions.CREATE_DISK_OFFERING
    edit, remove = actions.UPDATE_DISK_OFFERING, actions.DELETE_DISK_OFFERING
    list_display = ("name", "size_gib", "is_active", "description")
    list_filter = ("is_active",)
    search_fields = ("name",)
    fields = ("name", "description", *SIZES, *LIMITS, "provisioning", "tags")
    fixed = (*SIZES, *LIMITS, "provisioning")
    shown = ("is_active", "is_domain_bound", "is_zone_bound")

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's offerings."""
        return queries.disk_offerings_for(caller)

    def create(self, caller: Caller, values: dict[str, Any]) -> DiskOffering:
        """By the service."""
        return offerings.create(caller, DiskOfferingValues(**values))

    def update(self, caller: Caller, row: DiskOffering, values: dict[str, Any]) -> DiskOffering:
        """By the service."""
        return offerings.update(caller, row, DiskOfferingChanges(**values))

    def delete(self, caller: Caller, row: DiskOffering) -> None:
        """By the service."""
        offerings.delete(caller, row)


@admin.register(Template)
class TemplateAdmin(ScopedAdmin):
    """Images that root volumes begin as. A public one of strangers is seen, and changed by its owners alone."""

    read = actions.READ_TEMPLATE
    list_display = ("name", "account", "format", "state", "is_public", "is_featured", "size_bytes")
    list_filter = ("state", "format", "is_public", "is_featured")
    search_fields = ("name",)
    shown = (
        "name",
        "description",
        "account",
        "os_type",
        "format",
        "size_bytes",
        "virtual_size_bytes",
        "minimum_memory_mib",
        "state",
        "is_public",
        "is_featured",
    )
    verbs = (
        Verb(
            actions.PUBLISH_TEMPLATE,
            lambda caller, row: templates.publish(caller, _own(caller, row), is_public=True),
            words="Publish",
        ),
        Verb(
            actions.PUBLISH_TEMPLATE,
            lambda caller, row: templates.publish(caller, _own(caller, row), is_public=False),
            words="Withdraw",
        ),
        Verb(actions.DELETE_TEMPLATE, lambda caller, row: templates.delete(caller, _own(caller, row))),
    )

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's templates, and public ones."""
        return queries.templates_for(caller)


def _own(caller: Caller, template: Template) -> Template:
    return queries.own_template_for(caller, template.uuid)


@admin.register(TemplateCopy)
class TemplateCopyAdmin(ScopedAdmin):
    """Images as pools have them."""

    read = actions.READ_POOL
    list_display = ("checksum", "pool", "size_bytes", "used_at")
    list_filter = ("pool",)
    list_select_related = ("pool",)
    shown = ("checksum", "pool", "size_bytes", "used_at")


@admin.register(Volume)
class VolumeAdmin(ScopedAdmin):
    """Disks of accounts."""

    read = actions.READ_VOLUME
    list_display = ("name", "account", "zone", "kind", "size_bytes", "state")
    list_filter = ("state", "kind", "zone")
    search_fields = ("name", "account__name")
    shown = (
        "name",
        "account",
        "zone",
        "kind",
        "size_bytes",
        "format",
        "state",
        "template",
        "offering",
        "held_by",
    )
    verbs = (Verb(actions.DELETE_VOLUME, volumes.delete),)

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's volumes."""
        return queries.volumes_for(caller)
