"""Instances and their sizes in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from cloudportal.administration.scoped import ScopedAdmin, ScopedInline
from cloudportal.administration.verbs import Verb
from cloudportal.core.caller import Caller
from compute import actions, queries
from compute.models import Instance, Nic, ServiceOffering, VolumeAttachment
from compute.services import instances, offerings
from compute.services.offerings import TERMS, OfferingChanges, OfferingValues


@admin.register(ServiceOffering)
class ServiceOfferingAdmin(ScopedAdmin):
    """Sizes of instances."""

    read, add = actions.READ_OFFERING, actions.CREATE_OFFERING
    edit, remove = actions.UPDATE_OFFERING, actions.DELETE_OFFERING
    list_display = ("name", "cpus", "cpu_mhz", "memory_mib", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)
    fields = ("name", "description", *TERMS, "host_tags", "storage_tags")
    fixed = TERMS
    shown = ("is_active", "is_domain_bound", "is_zone_bound")

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's sizes."""
        return queries.offerings_for(caller)

    def create(self, caller: Caller, values: dict[str, Any]) -> ServiceOffering:
        """By the service."""
        return offerings.create(caller, OfferingValues(**values))

    def update(self, caller: Caller, row: ServiceOffering, values: dict[str, Any]) -> ServiceOffering:
        """By the service."""
        return offerings.update(caller, row, OfferingChanges(**values))

    def delete(self, caller: Caller, row: ServiceOffering) -> None:
        """By the service."""
        offerings.delete(caller, row)


class NicInline(ScopedInline):
    """Network cards of an instance."""

    model = Nic
    fields = ("device_index", "mac", "network", "address")


class AttachmentInline(ScopedInline):
    """Volumes in an instance."""

    model = VolumeAttachment
    fields = ("device_index", "volume")


@admin.register(Instance)
class InstanceAdmin(ScopedAdmin):
    """Tenants' machines."""

    read = actions.READ
    list_display = ("name", "account", "zone", "offering", "state", "power", "created_at")
    list_filter = ("state", "power", "zone", "offering")
    search_fields = ("name", "display_name", "account__name")
    shown = (
        "name",
        "display_name",
        "account",
        "zone",
        "template",
        "offering",
        "state",
        "power",
        "power_seen_at",
        "cpus",
        "cpu_mhz",
        "memory_mib",
        "destroyed_at",
        "expunged_at",
    )
    inlines = (NicInline, AttachmentInline)
    verbs = (
        Verb(actions.START, instances.start),
        Verb(actions.STOP, instances.stop),
        Verb(actions.REBOOT, instances.reboot),
        Verb(actions.DESTROY, instances.destroy),
        Verb(actions.RECOVER, instances.recover),
        Verb(actions.EXPUNGE, instances.expunge),
        Verb(actions.RETRY, instances.retry),
    )

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's instances, expunged ones too."""
        return queries.instances_for(caller, with_expunged=True)
