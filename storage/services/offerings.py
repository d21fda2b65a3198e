"""Disk offerings: what kinds of disks tenants may choose."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from cloudportal.core import names, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from cloudportal.events import records
from cloudportal.events.records import About
from compute.topology.services.offered import bind, reach_for, shown_reach
from compute.topology.services.rows import change, cleaned_tags, given, taken_once
from storage import actions
from storage.models import PROVISIONING, THIN, DiskOffering
from storage.services.volumes import LARGEST_GIB


@dataclass(frozen=True, kw_only=True)
class DiskOfferingValues:
    """A kind of disk as an operator wants it; `size_gib` None leaves the size to the tenant, within the bounds.

    `domains` and `zones` are uuids; without any it is open to everybody and everywhere.
    """

    name: str
    description: str = ""
    size_gib: int | None = None
    least_gib: int | None = None
    most_gib: int | None = None
    read_iops: int | None = None
    write_iops: int | None = None
    read_bytes_per_second: int | None = None
    write_bytes_per_second: int | None = None
    provisioning: str = THIN
    tags: tuple[str, ...] = ()
    domains: tuple[UUID | str, ...] = ()
    zones: tuple[UUID | str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DiskOfferingChanges:
    """What may be changed; None leaves it as it is. Size and limits stay: volumes keep the terms that they began
    with.
    """

    name: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None
    domains: tuple[UUID | str, ...] | None = None
    zones: tuple[UUID | str, ...] | None = None
    is_active: bool | None = None


SIZES = ("size_gib", "least_gib", "most_gib")
LIMITS = ("read_iops", "write_iops", "read_bytes_per_second", "write_bytes_per_second")
# Far beyond any disk, and within what libvirt's unsigned long long and a database column hold.
LARGEST_LIMIT = 10**15


@transaction.atomic
def create(caller: Caller, values: DiskOfferingValues) -> DiskOffering:
    """A new kind of disk, open at once to those whom it is for.

    Raises InvalidInput, NotFound, and Conflict for a name that is taken.
    """
    actions.CREATE_DISK_OFFERING.permit(caller)
    name = names.check_label(values.name)
    _check_terms(values)
    reach = reach_for(caller, values.domains, values.zones)
    with taken_once("disk offering", name):
        offering = DiskOffering.objects.create(
            name=name,
            description=_description(values.description),
            tags=cleaned_tags(values.tags),
            provisioning=values.provisioning,
            **{field: getattr(values, field) for field in (*SIZES, *LIMITS)},
        )
    bind(offering, reach)
    records.record(caller, "DISK.OFFERING.CREATE", About.of(offering), after=_shown(offering))
    plans.note("create", f"Creates the disk offering {name}.", noun="disk-offering")
    return offering


@transaction.atomic
def update(caller: Caller, offering: DiskOffering, changes: DiskOfferingChanges) -> DiskOffering:
    """The offering with the changes. Raises InvalidInput, NotFound, and Conflict for a name that is taken."""
    actions.UPDATE_DISK_OFFERING.check(caller, offering)
    reach = reach_for(caller, changes.domains, changes.zones)
    values: dict[str, Any] = given(replace(changes, domains=None, zones=None))
    if "name" in values:
        values["name"] = names.check_label(values["name"])
    if "description" in values:
        values["description"] = _description(values["description"])
    if "tags" in values:
        values["tags"] = cleaned_tags(values["tags"])
    bonds_before = shown_reach(offering)
    before, after = change(offering, values)
    bind(offering, reach)
    before, after = {**before, **bonds_before}, {**after, **shown_reach(offering)}
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


def _check_terms(values: DiskOfferingValues) -> None:
    for field in SIZES:
        if not _is_within(getattr(values, field), LARGEST_GIB):
            raise InvalidInput.of(field, f"Choose 1 to {LARGEST_GIB} GiB, or leave it open.")
    bounds = [field for field in ("least_gib", "most_gib") if getattr(values, field) is not None]
    if values.size_gib is not None and bounds:
        raise InvalidInput.of(
            bounds[0], "Bounds are for sizes that are left to the tenant. Leave one of them out."
        )
    if values.least_gib and values.most_gib and values.least_gib > values.most_gib:
        raise InvalidInput.of("most_gib", "The most must not be less than the least.")
    for field in LIMITS:
        if not _is_within(getattr(values, field), LARGEST_LIMIT):
            raise InvalidInput.of(field, f"Use 1 to {LARGEST_LIMIT}, or nothing for no limit.")
    if values.provisioning not in PROVISIONING:
        raise InvalidInput.of("provisioning", f"Choose one of {', '.join(PROVISIONING)}.")


def _is_within(value: int | None, most: int) -> bool:
    return value is None or 1 <= value <= most


def _shown(offering: DiskOffering) -> dict[str, Any]:
    terms = {field: getattr(offering, field) for field in (*SIZES, *LIMITS, "provisioning")}
    return {"name": offering.name, **terms, "tags": list(offering.tags), **shown_reach(offering)}
