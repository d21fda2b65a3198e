"""One round over all hosts: look, compare, decide, and act by jobs and alerts. It never edits an instance's state."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from cloudportal.core import clock
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Busy, WrongState
from cloudportal.events import alerts
from cloudportal.jobs.models import Hold, Job
from cloudportal.jobs.services import hold_of, say
from compute import actions, states
from compute.drivers.facts import Power
from compute.models import Instance
from compute.reconcile import sightings
from compute.reconcile.decisions import Before, Finding, Kind, Reaction, Recorded, decide, react
from compute.reconcile.drift import DRIFT_ALERT, Drift, found
from compute.reconcile.parts import Parts, recorded_on
from compute.reconcile.sightings import Sightings
from compute.services.drift import submit_cleaning
from compute.services.instances import stop, terms
from compute.topology.models import Host
from tenants.authentication import system_caller

log = logging.getLogger(__name__)

FOUND_OFF = "The instance was found switched off on its host, so it is being stopped here too."


@dataclass(frozen=True)
class Report:
    """What came of a round: hosts that answered, instances compared, and how many findings led to what."""

    hosts: int
    instances: int
    reactions: Mapping[Reaction, int]


def compare() -> Report:
    """One round over all hosts, in the name of the portal itself. May run beside itself; jobs hold what they change."""
    return compare_hosts(system_caller(), sightings.hosts_to_ask())


def compare_hosts(caller: Caller, hosts: list[Host]) -> Report:
    """One round over these hosts. Guests that the portal does not know are not looked at any further."""
    actions.RECONCILE.permit(caller)
    began = clock.now()
    busy = _busy(since=began)
    seen = sightings.look(hosts)
    # Asked again: what a job took or finished while we looked was seen half-way.
    busy |= _busy(since=began)
    by_id = {host.pk: host for host in hosts}
    parts = recorded_on(seen.asked)
    reactions: dict[Reaction, int] = defaultdict(int)
    is_part = bool(seen.unheard - set(by_id))
    rows = [row for row in _rows(seen) if hold_of(row) not in busy]
    if is_part:
        rows = [row for row in rows if _concerns(row, seen, by_id)]
    for instance in rows:
        reactions[_compare_one(caller, instance, seen, by_id, parts.get(instance.pk, {}))] += 1
    _write_power(rows, seen)
    return Report(len(seen.asked), len(rows), dict(reactions))


def _busy(*, since: datetime) -> set[str]:
    label = Instance._meta.label_lower
    held = Hold.objects.filter(thing__startswith=f"{label}:").values_list("thing", flat=True)
    ended = Job.objects.filter(ended_at__gte=since).exclude(subject_uuid=None)
    return {*held, *(f"{label}:{uuid}" for uuid in ended.values_list("subject_uuid", flat=True))}


def _rows(seen: Sightings) -> Iterable[Instance]:
    wanted = (
        Q(host__in=seen.asked | seen.silent)
        | Q(uuid__in=list(seen.by_guest))
        | Q(state__in=states.INSTANCE.transient)
        | Q(drift__has_key="kind")
    )
    return Instance.objects.filter(wanted).select_related(
        "account__domain", "zone", "offering", "template", "host"
    )


def _concerns(instance: Instance, seen: Sightings, hosts: Mapping[int, Host]) -> bool:
    """True for an instance that is on one of the hosts, was seen there just now, or was found wrong there before."""
    last = Drift.of(instance)
    places = {instance.host_id, last.host_id if last else None}
    return instance.uuid in seen.by_guest or not places.isdisjoint(hosts)


def _compare_one(
    caller: Caller, instance: Instance, seen: Sightings, hosts: Mapping[int, Host], parts: Parts
) -> Reaction:
    recorded = Recorded(instance.state, instance.host_id, parts=parts)
    guests = seen.by_guest.get(instance.uuid, [])
    finding = decide(recorded, guests, asked=seen.asked, silent=seen.silent, unheard=seen.unheard)
    last = Drift.of(instance)
    before = last.before if last else None
    reaction = react(finding, before, can_tell=_can_tell(instance, before, seen))
    try:
        with transaction.atomic():
            _carry_out(caller, reaction, instance, finding, hosts)
    except (Busy, WrongState) as refusal:
        log.info("Instance %s changed while it was being compared: %s", instance.uuid, refusal.detail)
        return Reaction.NOTHING
    return reaction


def _can_tell(instance: Instance, before: Before | None, seen: Sightings) -> bool:
    """True where the host that it should be on and that of an earlier finding have answered, or are there no more."""
    of_finding = before.finding.host_id if before else None
    return not {instance.host_id, of_finding} & (seen.unheard | seen.silent)


def _carry_out(
    caller: Caller,
    reaction: Reaction,
    instance: Instance,
    finding: Finding | None,
    hosts: Mapping[int, Host],
) -> None:
    if reaction is Reaction.CLEAR:
        _write(instance, {})
        alerts.clear_alert(DRIFT_ALERT, str(instance.uuid))
    if finding is None or reaction is Reaction.NOTHING:
        return
    host = hosts.get(finding.host_id) if finding.host_id is not None else None
    record = found(instance, finding, host, clock.now())
    _write(instance, record.kept())
    if reaction is Reaction.ALERT:
        about = terms.about(instance)
        alerts.raise_alert(DRIFT_ALERT, str(instance.uuid), record.sentence, about=about)
    elif reaction is Reaction.SUBMIT and finding.kind is Kind.STOPPED:
        say(stop(caller, instance), FOUND_OFF)
    elif reaction is Reaction.SUBMIT and host is not None:
        submit_cleaning(caller, instance, host)


def _write(instance: Instance, drift: dict[str, object]) -> None:
    # Guarded: a verb that was called meanwhile makes the finding an old one.
    if not Instance.objects.filter(pk=instance.pk, state=instance.state).update(drift=drift):
        raise Busy(noun=instance.name)
    instance.drift = drift


def _write_power(rows: Iterable[Instance], seen: Sightings) -> None:
    by_power: dict[Power, list[int]] = defaultdict(list)
    unheard = []
    for instance in rows:
        guests = seen.by_guest.get(instance.uuid, [])
        here = next((one.power for one in guests if one.host_id == instance.host_id), Power.UNKNOWN)
        if instance.host_id in seen.asked:
            by_power[here].append(instance.pk)
        elif instance.host_id in seen.silent:
            unheard.append(instance.pk)
    # A host that says nothing was not seen just now: when it last spoke is what people need to know.
    Instance.objects.filter(pk__in=unheard).update(power=Power.UNKNOWN)
    for power, pks in by_power.items():
        Instance.objects.filter(pk__in=pks).update(power=power, power_seen_at=clock.now())
