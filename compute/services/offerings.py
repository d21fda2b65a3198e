"""Changes to the sizes that tenants may choose."""

from dataclasses import dataclass, replace
from uuid import UUID

from django.db import IntegrityError, transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput
from cloudportal.core.names import check_label
from cloudportal.events import records
from cloudportal.events.records import About
from compute import actions
from compute.models import Lease, ServiceOffering
from compute.services.sizing import BOUNDS
from compute.topology.services.offered import bind, reach_for, shown_reach
from storage.models import PROVISIONING, THIN
from storage.services.offerings import LARGEST_LIMIT, LIMITS

MOST_NETWORK_RATE_MBITS = 1_000_000
# Ten years, as for what an owner may ask for.
LONGEST_LEASE_DAYS = 3650


@dataclass(frozen=True, kw_only=True)
class OfferingValues:
    """A size as an operator wants it. Hosts and pools must have all of the tags.

    `cpus`, `cpu_mhz` and `memory_mib` None leave it to whoever deploys, within the bounds. `domains` and `zones` are
    uuids; without any it is open to everybody and everywhere.
    """

    name: str
    cpus: int | None
    memory_mib: int | None
    cpu_mhz: int | None = 1000
    least_cpus: int | None = None
    most_cpus: int | None = None
    least_cpu_mhz: int | None = None
    most_cpu_mhz: int | None = None
    least_memory_mib: int | None = None
    most_memory_mib: int | None = None
    is_cpu_capped: bool = False
    network_rate_mbits: int | None = None
    is_highly_available: bool = False
    lease_days: int | None = None
    most_lease_days: int | None = None
    lease_policy: str = ""
    root_provisioning: str = THIN
    root_read_iops: int | None = None
    root_write_iops: int | None = None
    root_read_bytes_per_second: int | None = None
    root_write_bytes_per_second: int | None = None
    description: str = ""
    host_tags: tuple[str, ...] = ()
    storage_tags: tuple[str, ...] = ()
    domains: tuple[UUID | str, ...] = ()
    zones: tuple[UUID | str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OfferingChanges:
    """What may be changed about a size; None leaves it as it is. Instances keep the terms that they began with."""

    name: str | None = None
    description: str | None = None
    host_tags: tuple[str, ...] | None = None
    storage_tags: tuple[str, ...] | None = None
    domains: tuple[UUID | str, ...] | None = None
    zones: tuple[UUID | str, ...] | None = None
    is_active: bool | None = None


# What a root disk does in a second at most.
ROOT_LIMITS = tuple(f"root_{name}" for name in LIMITS)
# What instances keep, and so is never edited.
TERMS = (
    *BOUNDS,
    *(f"{end}_{name}" for name in BOUNDS for end in ("least", "most")),
    "is_cpu_capped",
    "network_rate_mbits",
    "is_highly_available",
    "root_provisioning",
    *ROOT_LIMITS,
    "lease_days",
    "most_lease_days",
    "lease_policy",
)


@transaction.atomic
def create(caller: Caller, values: OfferingValues) -> ServiceOffering:
    """A new size, open at once to those whom it is for. Raises InvalidInput, NotFound and Conflict."""
    actions.CREATE_OFFERING.permit(caller)
    values = _checked(values)
    reach = reach_for(caller, values.domains, values.zones)
    try:
        with transaction.atomic():
            offering = ServiceOffering.objects.create(
                name=values.name,
                description=values.description,
                host_tags=list(values.host_tags),
                storage_tags=list(values.storage_tags),
                **{name: getattr(values, name) for name in TERMS},
            )
    except IntegrityError as error:
        raise _taken(values.name) from error
    bind(offering, reach)
    records.record(caller, "SERVICE.OFFERING.CREATE", About.of(offering), after=_shown(offering))
    plans.note("create", f"Creates the size {offering.name}.")
    return offering


@transaction.atomic
def update(caller: Caller, offering: ServiceOffering, changes: OfferingChanges) -> ServiceOffering:
    """The size with its new name, words, tags, or open or closed to new instances."""
    actions.UPDATE_OFFERING.check(caller, offering)
    before = _shown(offering)
    reach = reach_for(caller, changes.domains, changes.zones)
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
    bind(offering, reach)
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
    for name in BOUNDS:
        _check_amount(values, name)
    if values.network_rate_mbits is not None:
        _within("network_rate_mbits", values.network_rate_mbits, 1, MOST_NETWORK_RATE_MBITS)
    for name in ROOT_LIMITS:
        if getattr(values, name) is not None:
            _within(name, getattr(values, name), 1, LARGEST_LIMIT)
    if values.root_provisioning not in PROVISIONING:
        raise InvalidInput.of("root_provisioning", f"Choose one of {', '.join(PROVISIONING)}.")
    _check_lease(values)
    if values.is_cpu_capped and values.cpu_mhz is None and values.least_cpu_mhz is None:
        raise InvalidInput.of(
            "least_cpu_mhz", "Instances are capped at their MHz. Say how many they have at least."
        )
    return replace(
        values,
        name=check_label(values.name),
        description=_description(values.description),
        host_tags=_tags(values.host_tags, "host_tags"),
        storage_tags=_tags(values.storage_tags, "storage_tags"),
    )


def _check_lease(values: OfferingValues) -> None:
    for name in ("lease_days", "most_lease_days"):
        if getattr(values, name) is not None:
            _within(name, getattr(values, name), 1, LONGEST_LEASE_DAYS)
    if values.lease_days and values.most_lease_days and values.lease_days > values.most_lease_days:
        raise InvalidInput.of("most_lease_days", "Instances would begin with more days than they may have.")
    if values.lease_policy and values.lease_policy not in Lease.POLICIES:
        raise InvalidInput.of("lease_policy", f"Choose one of {', '.join(Lease.POLICIES)}, or nothing.")


def _check_amount(values: OfferingValues, name: str) -> None:
    """A fixed amount, or one that is left open between two bounds."""
    fixed, ends = getattr(values, name), {end: getattr(values, f"{end}_{name}") for end in ("least", "most")}
    for field, amount in {name: fixed, f"least_{name}": ends["least"], f"most_{name}": ends["most"]}.items():
        if amount is not None:
            _within(field, amount, *BOUNDS[name])
        if amount is not None and fixed is not None and field != name:
            raise InvalidInput.of(field, "Bounds are for what is left to the tenant. Leave one of them out.")
    if None not in ends.values() and ends["least"] > ends["most"]:
        raise InvalidInput.of(f"most_{name}", "The most must not be less than the least.")


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
        **{name: getattr(offering, name) for name in TERMS},
        "host_tags": list(offering.host_tags),
        "storage_tags": list(offering.storage_tags),
        "is_active": offering.is_active,
        **shown_reach(offering),
    }
