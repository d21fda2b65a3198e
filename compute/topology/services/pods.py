"""Pods: created, renamed, enabled and disabled, deleted when they are empty."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from cloudportal.core import names, plans
from cloudportal.core.caller import Caller
from cloudportal.events import records
from cloudportal.events.records import About
from compute.topology import actions, queries, states
from compute.topology.dependants import demand_none
from compute.topology.models import Pod
from compute.topology.services.rows import change, given, taken_once


@dataclass(frozen=True, kw_only=True)
class PodValues:
    """A pod as an operator wants it."""

    zone_uuid: UUID | str
    name: str


@dataclass(frozen=True, kw_only=True)
class PodChanges:
    """What may be changed about a pod; None leaves it as it is."""

    name: str | None = None


@transaction.atomic
def create(caller: Caller, values: PodValues) -> Pod:
    """A new pod, enabled and empty. Raises NotFound, InvalidInput, and Conflict for a name that is taken."""
    actions.CREATE_POD.permit(caller)
    zone = queries.zone_for(caller, values.zone_uuid)
    name = names.check_label(values.name)
    with taken_once("pod", name):
        pod = Pod.objects.create(zone=zone, name=name)
    records.record(caller, "POD.CREATE", About.of(pod), after={"name": name, "zone": zone.name})
    plans.note("create", f"Creates the pod {name} in {zone.name}.", noun="pod")
    return pod


@transaction.atomic
def update(caller: Caller, pod: Pod, changes: PodChanges) -> Pod:
    """The pod with the changes. Raises InvalidInput, and Conflict for a name that is taken."""
    actions.UPDATE_POD.check(caller, pod)
    values = given(changes)
    if "name" in values:
        values["name"] = names.check_label(values["name"])
    before, after = change(pod, values)
    records.record(caller, "POD.EDIT", About.of(pod), before=before, after=after)
    plans.note("update", f"Changes the pod {pod.name}.", before=before, after=after)
    return pod


@transaction.atomic
def enable(caller: Caller, pod: Pod) -> Pod:
    """Hosts of the pod may take new instances again."""
    actions.ENABLE_POD.check(caller, pod)
    states.ALLOCATION.move(pod, "enable")
    records.record(caller, "POD.ENABLE", About.of(pod))
    plans.note("enable", f"Opens the pod {pod.name} to new instances.")
    return pod


@transaction.atomic
def disable(caller: Caller, pod: Pod) -> Pod:
    """Hosts of the pod take nothing new; what they run goes on."""
    actions.DISABLE_POD.check(caller, pod)
    states.ALLOCATION.move(pod, "disable")
    records.record(caller, "POD.DISABLE", About.of(pod))
    plans.note("disable", f"Closes the pod {pod.name} to new instances.")
    return pod


@transaction.atomic
def delete(caller: Caller, pod: Pod) -> None:
    """The pod is gone. Raises Conflict while it has clusters."""
    actions.DELETE_POD.check(caller, pod)
    demand_none(pod)
    records.record(caller, "POD.DELETE", About.of(pod))
    plans.note("delete", f"Deletes the pod {pod.name}.")
    pod.delete()
