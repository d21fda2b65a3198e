"""Changes to the sizes that tenants may choose."""

from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput
from cloudportal.core.names import check_label
from cloudportal.events import records
from cloudportal.events.records import About
from compute import actions
from compute.models import ServiceOffering

MOST_CPUS = 1024
LEAST_MEMORY_MIB = 16
MOST_MEMORY_MIB = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class OfferingValues:
    """A size as an operator wants it. Hosts and pools must have all of the tags."""

    name: str
    cpus: int
    memory_mib: int
    cpu_mhz: int = 1000
    description: str = ""
    host_tags: tuple[str, ...] = ()
    storage_tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OfferingChanges:
    """What may be changed about a size; None leaves it as it is. Instances keep the terms that they began with."""

    name: str | None = None
    description: str | None = None
    host_tags: tuple[str, ...] | None = None
    storage_tags: tuple[str, ...] | None = None
    is_active: bool | None = None


@transaction.atomic
def create(caller: Caller, values: OfferingValues) -> ServiceOffering:
    """A new size, open to all tenants at once. Raises InvalidInput and Conflict."""
    actions.CREATE_OFFERING.permit(caller)
    values = _checked(values)
    try:
        with transaction.atomic():
            offering = ServiceOffering.objects.create(
                name=values.name,
                description=values.description,
                cpus=values.cpus,
                cpu_mhz=values.cpu_mhz,
                memory_mib=values.memory_mib,
                host_tags=list(values.host_tags),
                storage_tags=list(values.storage_tags),
            )
    except IntegrityError as error:
        raise _taken(values.name) from error
    records.record(caller, "SERVICE.OFFERING.CREATE", About.of(offering), after=_shown(offering))
    plans.note("create", f"Creates the size {offering.name}.")
    return offering


@transaction.atomic
def update(caller: Caller, offering: ServiceOffering, changes: OfferingChanges) -> ServiceOffering:
    """The size with its new name, words, tags, or open or closed to new instances."""
    actions.UPDATE_OFFERING.check(caller, offering)
    before = _shown(offering)
    if changes.name is not None:
        offering.name = check_label(changes.name)
    if changes.description is not None:
        offering.description = _description(changes.description)
    if changes.host_tags is not None:
        offering.host_tags = list(_tags(changes.host_tags, "host_tags"))
    if changes.storage_tags is not None:
        offering.storage_tags = list(_tags(changes.storage_tags, "storage_tags"))
    if changes.is_active is not None:
        offering.is_active = changes.is_active
    _save(offering)
    records.record(caller, "SERVICE.OFFERING.EDIT", About.of(offering), before=before, after=_shown(offering))
    plans.note("update", f"Changes the size {offering.name}.", before=before, after=_shown(offering))
    return offering


@transaction.atomic
def delete(caller: Caller, offering: ServiceOffering) -> None:
    """The size is gone, or closed to new instances where some have had it. May be called again."""
    actions.DELETE_OFFERING.check(caller, offering)
    if offering.instances.exists():
        offering.is_active = False
        _save(offering)
        plans.note("close", f"Closes the size {offering.name} to new instances.")
    else:
        plans.note("delete", f"Deletes the size {offering.name}.")
    records.record(caller, "SERVICE.OFFERING.DELETE", About.of(offering), before=_shown(offering))
    if offering.is_active:
        offering.delete()


def _save(offering: ServiceOffering) -> None:
    try:
        with transaction.atomic():
            offering.save(update_fields=["name", "description", "host_tags", "storage_tags", "is_active"])
    except IntegrityError as error:
        raise _taken(offering.name) from error


def _checked(values: OfferingValues) -> OfferingValues:
    _within("cpus", values.cpus, 1, MOST_CPUS)
    _within("memory_mib", values.memory_mib, LEAST_MEMORY_MIB, MOST_MEMORY_MIB)
    _within("cpu_mhz", values.cpu_mhz, 1, 10000)
    return replace(
        values,
        name=check_label(values.name),
        description=_description(values.description),
        host_tags=_tags(values.host_tags, "host_tags"),
        storage_tags=_tags(values.storage_tags, "storage_tags"),
    )


def _within(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InvalidInput.of(field, f"Use a number from {least} to {most}.")


def _description(value: str) -> str:
    text = value.strip()
    return check_label(text, field="description") if text else ""


def _tags(values: tuple[str, ...], field: str) -> tuple[str, ...]:
    return tuple(sorted({check_label(value, field=field) for value in values}))


def _taken(name: str) -> Conflict:
    return Conflict(
        f"There is a size named {name} already. Choose another name.", fields={"name": ["Taken."]}
    )


def _shown(offering: ServiceOffering) -> dict[str, object]:
    return {
        "name": offering.name,
        "description": offering.description,
        "cpus": offering.cpus,
        "cpu_mhz": offering.cpu_mhz,
        "memory_mib": offering.memory_mib,
        "host_tags": list(offering.host_tags),
        "storage_tags": list(offering.storage_tags),
        "is_active": offering.is_active,
    }
