"""Clusters: created, edited, enabled and disabled, deleted when they are empty."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import BigIntegerField, F, Sum
from django.db.models.functions import Cast

from cloudportal.core import names, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from cloudportal.drivers.registry import driver_names
from cloudportal.events import records
from cloudportal.events.records import About
from compute.topology import actions, queries, states
from compute.topology.dependants import demand_none
from compute.topology.models import Cluster
from compute.topology.services.rows import change, given, taken_once

_OVERCOMMITTED = {"cpu_overcommit": ("cpus", "CPUs"), "memory_overcommit": ("memory_mib", "MiB of memory")}
LEAST_OVERCOMMIT = Decimal("0.1")
MOST_OVERCOMMIT = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class ClusterValues:
    """A cluster as an operator wants it. `driver` names the compute driver of all of its hosts."""

    pod_uuid: UUID | str
    name: str
    driver: str
    cpu_overcommit: Decimal = Decimal(1)
    memory_overcommit: Decimal = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class ClusterChanges:
    """What may be changed about a cluster; None leaves it as it is. Less over-commit never moves what runs already."""

    name: str | None = None
    cpu_overcommit: Decimal | None = None
    memory_overcommit: Decimal | None = None


@transaction.atomic
def create(caller: Caller, values: ClusterValues) -> Cluster:
    """A new cluster, enabled and empty. Raises NotFound, InvalidInput, and Conflict for a name that is taken."""
    actions.CREATE_CLUSTER.permit(caller)
    pod = queries.pod_for(caller, values.pod_uuid)
    name = names.check_label(values.name)
    if values.driver not in driver_names("compute"):
        raise InvalidInput.of("driver", f"Choose one of {', '.join(driver_names('compute'))}.")
    with taken_once("cluster", name):
        cluster = Cluster.objects.create(
            pod=pod,
            name=name,
            driver=values.driver,
            cpu_overcommit=_overcommit("cpu_overcommit", values.cpu_overcommit),
            memory_overcommit=_overcommit("memory_overcommit", values.memory_overcommit),
        )
    after = {"name": name, "pod": pod.name, "driver": values.driver}
    records.record(caller, "CLUSTER.CREATE", About.of(cluster), after=after)
    plans.note("create", f"Creates the cluster {name} in {pod.name}.", noun="cluster")
    return cluster


@transaction.atomic
def update(caller: Caller, cluster: Cluster, changes: ClusterChanges) -> Cluster:
    """The cluster with the changes. Raises InvalidInput, and Conflict for a name that is taken."""
    actions.UPDATE_CLUSTER.check(caller, cluster)
    values = given(changes)
    if "name" in values:
        values["name"] = names.check_label(values["name"])
    for field in ("cpu_overcommit", "memory_overcommit"):
        if field in values:
            values[field] = _overcommit(field, values[field])
    before, after = change(cluster, values)
    records.record(caller, "CLUSTER.EDIT", About.of(cluster), before=before, after=after)
    plans.note("update", f"Changes the cluster {cluster.name}.", before=before, after=after)
    for field in sorted(after.keys() & _OVERCOMMITTED.keys()):
        _note_capacity(cluster, field)
    return cluster


@transaction.atomic
def enable(caller: Caller, cluster: Cluster) -> Cluster:
    """Hosts of the cluster may take new instances again."""
    actions.ENABLE_CLUSTER.check(caller, cluster)
    states.ALLOCATION.move(cluster, "enable")
    records.record(caller, "CLUSTER.ENABLE", About.of(cluster))
    plans.note("enable", f"Opens the cluster {cluster.name} to new instances.")
    return cluster


@transaction.atomic
def disable(caller: Caller, cluster: Cluster) -> Cluster:
    """Hosts of the cluster take nothing new; what they run goes on."""
    actions.DISABLE_CLUSTER.check(caller, cluster)
    states.ALLOCATION.move(cluster, "disable")
    records.record(caller, "CLUSTER.DISABLE", About.of(cluster))
    plans.note("disable", f"Closes the cluster {cluster.name} to new instances.")
    return cluster


@transaction.atomic
def delete(caller: Caller, cluster: Cluster) -> None:
    """The cluster is gone. Raises Conflict while it has hosts or storage pools."""
    actions.DELETE_CLUSTER.check(caller, cluster)
    demand_none(cluster)
    records.record(caller, "CLUSTER.DELETE", About.of(cluster))
    plans.note("delete", f"Deletes the cluster {cluster.name}.")
    cluster.delete()


def _note_capacity(cluster: Cluster, field: str) -> None:
    """What the cluster's hosts promise from now on, and that what is promised already stays promised."""
    found = cluster.hosts.aggregate(
        cpus=Sum("cpus", default=0),
        memory_mib=Sum(_signed("memory_mib") - _signed("reserved_memory_mib"), default=0),
        claimed_cpus=Sum("claimed_cpus", default=0),
        claimed_memory_mib=Sum("claimed_memory_mib", default=0),
    )
    amount, words = _OVERCOMMITTED[field]
    promised, claimed = int(found[amount] * getattr(cluster, field)), found[f"claimed_{amount}"]
    sentence = f"Its hosts promise {promised} {words} from now on; {claimed} are given away."
    if claimed > promised:
        sentence += " What runs goes on, and new instances wait until enough is given back."
    plans.note("capacity", sentence, promised=promised, claimed=claimed)


def _signed(field: str) -> Cast:
    # MariaDB refuses to subtract unsigned columns below zero.
    return Cast(F(field), BigIntegerField())


def _overcommit(field: str, value: Decimal) -> Decimal:
    if not LEAST_OVERCOMMIT <= value <= MOST_OVERCOMMIT:
        raise InvalidInput.of(field, f"Use a factor from {LEAST_OVERCOMMIT} to {MOST_OVERCOMMIT}.")
    return value.quantize(Decimal("0.01"))
