"""Storage pools: added, edited, taken out of use and back, removed when they are empty."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from cloudportal.core import names, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from cloudportal.events import alerts, records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject, hold_of
from compute.topology import queries as topology
from compute.topology.dependants import demand_none
from compute.topology.driver_settings import can_lend, declared, sort_out
from compute.topology.models import Cluster, Host, Zone
from compute.topology.services.rows import change, cleaned_tags, given, taken_once
from storage import actions, states
from storage.models import Pool

UNREACHABLE_ALERT = "storage-pool-unreachable"
LEAST_OVERCOMMIT = Decimal("0.1")
MOST_OVERCOMMIT = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class PoolValues:
    """A pool as an operator wants it: of a whole zone, or of one cluster, or of one host.

    `settings` are those that its driver declares for a pool; `overcommit` is how much may be promised of each byte.
    """

    zone_uuid: UUID | str
    name: str
    driver: str
    cluster_uuid: UUID | str | None = None
    host_uuid: UUID | str | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    overcommit: Decimal = Decimal(2)


@dataclass(frozen=True, kw_only=True)
class PoolChanges:
    """What may be changed about a pool; None leaves it as it is. Settings that are not named stay as they are."""

    name: str | None = None
    settings: Mapping[str, object] | None = None
    tags: tuple[str, ...] | None = None
    overcommit: Decimal | None = None


@transaction.atomic
def add(caller: Caller, values: PoolValues) -> tuple[Pool, Job]:
    """A new pool, and the job that makes or finds it; it takes volumes once that is done.

    Raises NotFound, InvalidInput, and Conflict for a name that is taken.
    """
    actions.ADD_POOL.permit(caller)
    zone, cluster, host = _places(caller, values)
    name = names.check_label(values.name)
    kept = sort_out("storage", values.driver, "pool", values.settings)
    _demand_fit(values.driver, host or cluster)
    with taken_once("storage pool", name):
        pool = Pool.objects.create(
            zone=zone,
            cluster=cluster,
            host=host,
            name=name,
            driver=values.driver,
            settings=kept.settings,
            secrets=kept.secrets,
            tags=cleaned_tags(values.tags),
            overcommit=_overcommit(values.overcommit),
        )
    after = {"name": name, "zone": zone.name, "driver": pool.driver}
    records.record(caller, "PRIMARY.STORAGE.CREATE", About.of(pool), after=after)
    plans.note("create", f"Adds the storage pool {name} to {host or cluster or zone}.", noun="storage-pool")
    return pool, _connect(caller, pool)


@transaction.atomic
def update(caller: Caller, pool: Pool, changes: PoolChanges) -> Pool:
    """The pool with the changes; new settings count from its next connection on. Raises InvalidInput and Conflict."""
    actions.UPDATE_POOL.check(caller, pool)
    values = given(changes)
    if "name" in values:
        values["name"] = names.check_label(values["name"])
    if "tags" in values:
        values["tags"] = cleaned_tags(values["tags"])
    if "overcommit" in values:
        values["overcommit"] = _overcommit(values["overcommit"])
    if "settings" in values:
        kept = sort_out("storage", pool.driver, "pool", values["settings"], row=pool)
        _demand_place(pool, kept.settings)
        values |= {"settings": kept.settings, "secrets": kept.secrets}
    before, after = change(pool, values)
    records.record(
        caller, "PRIMARY.STORAGE.EDIT", About.of(pool), before=_masked(before), after=_masked(after)
    )
    plans.note("update", f"Changes the storage pool {pool.name}.", changed=sorted(after))
    return pool


@transaction.atomic
def enable(caller: Caller, pool: Pool) -> Pool:
    """The pool takes volumes again."""
    actions.ENABLE_POOL.check(caller, pool)
    is_maintained = pool.state == states.MAINTENANCE
    states.POOL.move(pool, "enable", reason="")
    records.record(caller, "MAINT.CANCEL.PS" if is_maintained else "ENABLE.PRIMARY.STORAGE", About.of(pool))
    plans.note("enable", f"Opens the storage pool {pool.name} to new volumes.")
    return pool


@transaction.atomic
def disable(caller: Caller, pool: Pool) -> Pool:
    """The pool takes nothing new; what lies on it goes on."""
    actions.DISABLE_POOL.check(caller, pool)
    states.POOL.move(pool, "disable", reason="")
    records.record(caller, "DISABLE.PRIMARY.STORAGE", About.of(pool))
    plans.note("disable", f"Closes the storage pool {pool.name} to new volumes.")
    return pool


@transaction.atomic
def maintain(caller: Caller, pool: Pool) -> Pool:
    """The pool is in maintenance: it takes nothing new, and what lies on it stays."""
    actions.MAINTAIN_POOL.check(caller, pool)
    states.POOL.move(pool, "maintain", reason="")
    records.record(caller, "MAINT.PREPARE.PS", About.of(pool))
    plans.note("maintain", f"Closes the storage pool {pool.name} to new volumes.")
    count = pool.volumes.count()
    if count:
        plans.note("stay", f"{count} volumes stay on {pool.name}.", count=count)
    return pool


@transaction.atomic
def reconnect(caller: Caller, pool: Pool) -> Job:
    """The job that makes or finds the pool again, and brings it up."""
    actions.RECONNECT_POOL.check(caller, pool)
    states.POOL.move(pool, "reconnect", reason="")
    plans.note("reconnect", f"Makes or finds the storage pool {pool.name} again.")
    return _connect(caller, pool)


@transaction.atomic
def remove(caller: Caller, pool: Pool) -> None:
    """The portal forgets the pool, and so do its hosts by a job; what lies there stays there.

    Raises Conflict while volumes are on it.
    """
    actions.REMOVE_POOL.check(caller, pool)
    demand_none(pool)
    alerts.clear_alert(UNREACHABLE_ALERT, alert_key(pool), by=caller.user_name)
    records.record(caller, "PRIMARY.STORAGE.DELETE", About.of(pool))
    plans.note("delete", f"Removes the storage pool {pool.name} from the portal.")
    places = {"zone": pool.zone_id, "cluster": pool.cluster_id, "host": pool.host_id}
    known = {"driver": pool.driver, "settings": pool.settings, **places}
    subject = Subject.of(pool)
    pool.delete()
    jobs.submit(caller, "pool.leave", subject, known)


def alert_key(pool: Pool) -> str:
    """Under which an alert about this pool is raised and cleared."""
    return f"storage-pool:{pool.uuid}"


def _connect(caller: Caller, pool: Pool) -> Job:
    return jobs.submit(caller, "pool.connect", Subject.of(pool), holds=[hold_of(pool)])


def _places(caller: Caller, values: PoolValues) -> tuple[Zone, Cluster | None, Host | None]:
    zone = topology.zone_for(caller, values.zone_uuid)
    cluster = topology.cluster_for(caller, values.cluster_uuid) if values.cluster_uuid else None
    if cluster is not None and cluster.pod.zone_id != zone.pk:
        raise InvalidInput.of("cluster_uuid", f"The cluster {cluster.name} is not in the zone {zone.name}.")
    host = topology.host_for(caller, values.host_uuid) if values.host_uuid else None
    if host is not None and host.cluster.pod.zone_id != zone.pk:
        raise InvalidInput.of("host_uuid", f"The host {host.name} is not in the zone {zone.name}.")
    if host is not None and cluster is not None and host.cluster_id != cluster.pk:
        raise InvalidInput.of("host_uuid", f"The host {host.name} is not in the cluster {cluster.name}.")
    return zone, cluster, host


def _demand_place(pool: Pool, settings: Mapping[str, object]) -> None:
    places = {one.name for one in declared("storage", pool.driver, "pool") if one.is_place}
    moved = sorted(name for name in places if settings.get(name) != pool.settings.get(name))
    if not moved:
        return
    if pool.state != states.DISABLED:
        fields = {
            f"settings.{name}": ["Disable the pool first, and reconnect it afterwards."] for name in moved
        }
        raise InvalidInput("The pool cannot move while it is in use.", fields=fields)
    count = pool.volumes.count()
    if count:
        plans.note(
            "stay", f"The {count} volumes of {pool.name} must be at its new place already.", count=count
        )


def _demand_fit(driver: str, place: Cluster | Host | None) -> None:
    # Within a zone each host is asked for itself, by `connections.reaches`.
    if place is not None and not can_lend("storage", driver, place.driver):
        raise InvalidInput.of("driver", f"Hosts like those of {place} cannot use this kind of storage.")


def _overcommit(value: Decimal) -> Decimal:
    if not LEAST_OVERCOMMIT <= value <= MOST_OVERCOMMIT:
        raise InvalidInput.of("overcommit", f"Use a factor from {LEAST_OVERCOMMIT} to {MOST_OVERCOMMIT}.")
    return value.quantize(Decimal("0.01"))


def _masked(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: "********" if name == "secrets" else value for name, value in values.items()}
