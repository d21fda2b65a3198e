"""Hosts: added, edited, taken out of use and back, removed when they are empty."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
from compute.topology import actions, queries, states
from compute.topology.dependants import demand_none, dependants_of
from compute.topology.driver_settings import sort_out
from compute.topology.models import Host
from compute.topology.services.rows import change, cleaned_tags, given, taken_once
from compute.topology.systems import category_called

UNREACHABLE_ALERT = "host-unreachable"


@dataclass(frozen=True, kw_only=True)
class HostValues:
    """A host as an operator wants it. `settings` are those that its cluster's driver declares for a host."""

    cluster_uuid: UUID | str
    name: str
    settings: Mapping[str, object] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    preferred_os: str = ""
    reserved_memory_mib: int = 0


@dataclass(frozen=True, kw_only=True)
class HostChanges:
    """What may be changed about a host; None leaves it as it is. Settings that are not named stay as they are."""

    name: str | None = None
    settings: Mapping[str, object] | None = None
    tags: tuple[str, ...] | None = None
    preferred_os: str | None = None
    reserved_memory_mib: int | None = None


@transaction.atomic
def add(caller: Caller, values: HostValues) -> tuple[Host, Job]:
    """A new host, and the job that asks it what it is; it takes instances once that has answered.

    Raises NotFound, InvalidInput, and Conflict for a name that is taken.
    """
    actions.ADD_HOST.permit(caller)
    cluster = queries.cluster_for(caller, values.cluster_uuid)
    name = names.check_label(values.name)
    kept = sort_out("compute", cluster.driver, "host", values.settings)
    reserved_memory_mib = _not_negative(values.reserved_memory_mib)
    system = _system(values.preferred_os)
    with taken_once("host", name):
        host = Host.objects.create(
            cluster=cluster,
            name=name,
            driver=cluster.driver,
            settings=kept.settings,
            secrets=kept.secrets,
            tags=cleaned_tags(values.tags),
            preferred_os=system,
            os_category=category_called(system),
            reserved_memory_mib=reserved_memory_mib,
        )
    after = {"name": name, "cluster": cluster.name, "driver": host.driver}
    records.record(caller, "HOST.CREATE", About.of(host), after=after)
    plans.note("create", f"Adds the host {name} to {cluster.name} and asks it what it is.", noun="host")
    return host, _connect(caller, host)


@transaction.atomic
def update(caller: Caller, host: Host, changes: HostChanges) -> Host:
    """The host with the changes; new settings count from its next connection on. Raises InvalidInput and Conflict."""
    actions.UPDATE_HOST.check(caller, host)
    values = given(changes)
    if "name" in values:
        values["name"] = names.check_label(values["name"])
    if "tags" in values:
        values["tags"] = cleaned_tags(values["tags"])
    if "preferred_os" in values:
        values["preferred_os"] = _system(values["preferred_os"])
        values["os_category"] = category_called(values["preferred_os"])
    if "reserved_memory_mib" in values:
        values["reserved_memory_mib"] = _not_negative(values["reserved_memory_mib"])
    if "settings" in values:
        kept = sort_out("compute", host.driver, "host", values["settings"], row=host)
        values |= {"settings": kept.settings, "secrets": kept.secrets}
    before, after = change(host, values)
    records.record(
        caller, "HOST.EDIT", About.of(host), before=_without_secrets(before), after=_without_secrets(after)
    )
    plans.note("update", f"Changes the host {host.name}.", changed=sorted(after))
    return host


@transaction.atomic
def enable(caller: Caller, host: Host) -> Host:
    """The host takes instances again."""
    actions.ENABLE_HOST.check(caller, host)
    event_type = "MAINT.CANCEL" if host.state == states.MAINTENANCE else "HOST.ENABLE"
    states.HOST.move(host, "enable", silent_rounds=0, reason="")
    records.record(caller, event_type, About.of(host))
    plans.note("enable", f"Opens the host {host.name} to new instances.")
    return host


@transaction.atomic
def disable(caller: Caller, host: Host) -> Host:
    """The host takes nothing new; what it runs goes on."""
    actions.DISABLE_HOST.check(caller, host)
    states.HOST.move(host, "disable", reason="")
    _no_longer_watched(caller, host)
    records.record(caller, "HOST.DISABLE", About.of(host))
    plans.note("disable", f"Closes the host {host.name} to new instances.")
    return host


@transaction.atomic
def maintain(caller: Caller, host: Host) -> Host:
    """The host is in maintenance: it takes nothing new, and what is on it stays, as the plan shows."""
    actions.MAINTAIN_HOST.check(caller, host)
    states.HOST.move(host, "maintain", reason="")
    _no_longer_watched(caller, host)
    records.record(caller, "MAINT.PREPARE", About.of(host))
    plans.note("maintain", f"Closes the host {host.name} to new instances.")
    for one in dependants_of(host):
        sentence = f"{one} stay on {host.name} until you stop or move them: {', '.join(one.names)}."
        plans.note("stay", sentence, noun=one.noun, count=one.count)
    return host


@transaction.atomic
def reconnect(caller: Caller, host: Host) -> Job:
    """The job that asks the host again what it is, and brings it up where it answers."""
    actions.RECONNECT_HOST.check(caller, host)
    states.HOST.move(host, "reconnect", reason="")
    records.record(caller, "HOST.RECONNECT", About.of(host), stage="scheduled")
    plans.note("reconnect", f"Asks the host {host.name} again what it is.")
    return _connect(caller, host)


@transaction.atomic
def remove(caller: Caller, host: Host) -> Job:
    """The job that takes the portal's networks from the host and forgets it. Raises Conflict while it is in use."""
    actions.REMOVE_HOST.check(caller, host)
    demand_none(host)
    was_unreachable = host.state == states.UNREACHABLE
    states.HOST.move(host, "remove")
    plans.note("delete", f"Removes the host {host.name} from the portal.")
    return jobs.submit(
        caller,
        "host.remove",
        Subject.of(host),
        {"was_unreachable": was_unreachable},
        holds=[hold_of(host)],
    )


def alert_key(host: Host) -> str:
    """Under which an alert about this host is raised and cleared."""
    return f"host:{host.uuid}"


def _system(value: str) -> str:
    word = value.strip()
    if len(word) > 60:
        raise InvalidInput.of("preferred_os", "Use at most 60 characters.")
    return names.check_label(word, field="preferred_os") if word else ""


def _not_negative(memory_mib: int) -> int:
    if memory_mib < 0:
        raise InvalidInput.of("reserved_memory_mib", "Use 0 or more MiB.")
    return memory_mib


def _connect(caller: Caller, host: Host) -> Job:
    return jobs.submit(caller, "host.connect", Subject.of(host), holds=[hold_of(host)])


def _no_longer_watched(caller: Caller, host: Host) -> None:
    alerts.clear_alert(UNREACHABLE_ALERT, alert_key(host), by=caller.user_name)


def _without_secrets(values: Mapping[str, Any]) -> dict[str, Any]:
    # What it is meant for is told by `preferred_os` already.
    told = {name: value for name, value in values.items() if name != "os_category"}
    return {name: "********" if name == "secrets" else value for name, value in told.items()}
