"""Disk offerings: what kinds of disks tenants may choose."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from cloudportal.core import names, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from cloudportal.events import records
from cloudportal.events.records import About
from compute.topology.services.rows import change, cleaned_tags, given, taken_once
from storage import actions
from storage.models import DiskOffering
from storage.services.volumes import LARGEST_GIB


@dataclass(frozen=True, kw_only=True)
class DiskOfferingValues:
    """A kind of disk as an operator wants it; `size_gib` None leaves the size to the tenant."""

    name: str
    description: str = ""
    size_gib: int | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DiskOfferingChanges:
    """What may be changed; None leaves it as it is. The size stays: volumes keep the terms that they began with."""

    name: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None
    is_active: bool | None = None


@transaction.atomic
def create(caller: Caller, values: DiskOfferingValues) -> DiskOffering:
    """A new kind of disk, open to all tenants at once. Raises InvalidInput, and Conflict for a name that is taken."""
    actions.CREATE_DISK_OFFERING.permit(caller)
    name = names.check_label(values.name)
    if values.size_gib is not None and not 1 <= values.size_gib <= LARGEST_GIB:
        raise InvalidInput.of("size_gib", f"Choose 1 to {LARGEST_GIB} GiB, or leave it open.")
    with taken_once("disk offering", name):
        offering = DiskOffering.objects.create(
            name=name,
            description=_description(values.description),
            size_gib=values.size_gib,
            tags=cleaned_tags(values.tags),
        )
    after = {"name": name, "size_gib": values.size_gib}
    records.record(caller, "DISK.OFFERING.CREATE", About.of(offering), after=after)
    plans.note("create", f"Creates the disk offering {name}.", noun="disk-offering")
    return offering


@transaction.atomic
def update(caller: Caller, offering: DiskOffering, changes: DiskOfferingChanges) -> DiskOffering:
    """The offering with the changes. Raises InvalidInput, and Conflict for a name that is taken."""
    actions.UPDATE_DISK_OFFERING.check(caller, offering)
    values: dict[str, Any] = given(changes)
    if "name" in values:
        values["name"] = names.check_label(values["name"])
    if "description" in values:
        values["description"] = _description(values["description"])
    if "tags" in values:
        values["tags"] = cleaned_tags(values["tags"])
    before, after = change(offering, values)
    records.record(caller, "DISK.OFFERING.EDIT", About.of(offering), before=before, after=after)
    plans.note("update", f"Changes the disk offering {offering.name}.", before=before, after=after)
    return offering


@transaction.atomic
def delete(caller: Caller, offering: DiskOffering) -> None:
    """The offering is gone, or closed to new volumes where some have had it. May be called again."""
    actions.DELETE_DISK_OFFERING.check(caller, offering)
    records.record(caller, "DISK.OFFERING.DELETE", About.of(offering))
    if offering.volumes.exists():
        change(offering, {"is_active": False})
        plans.note("close", f"Closes the disk offering {offering.name} to new volumes.")
        return
    plans.note("delete", f"Deletes the disk offering {offering.name}.")
    offering.delete()


def _description(value: str) -> str:
    text = value.strip()
    return names.check_label(text, field="description") if text else ""
