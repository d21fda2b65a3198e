"""Schedules of snapshots: made, changed, deleted by people, and run when they are due."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from cloudportal.core import clock, plans, recurrence
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Busy, Conflict, InvalidInput, PortalError
from cloudportal.core.recurrence import Recurrence
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs.recurring import take
from compute.topology.services.rows import change, given
from storage import actions, states
from storage.models import Snapshot, SnapshotSchedule, Volume
from storage.services import snapshots
from storage.services.snapshots import NewSnapshot

# Of each schedule; what is kept for longer belongs into fewer, rarer snapshots.
MOST_KEPT = 100
# Begun in one round; the next round goes on.
AT_ONCE = 100

log = logging.getLogger(__name__)

_RULES: dict[str, Callable[[dict[str, Any]], Recurrence]] = {
    SnapshotSchedule.HOURLY: lambda of: recurrence.hourly(of["minute"], of["time_zone"]),
    SnapshotSchedule.DAILY: lambda of: recurrence.daily(of["hour"], of["minute"], of["time_zone"]),
    SnapshotSchedule.WEEKLY: lambda of: recurrence.weekly(
        of["day"], of["hour"], of["minute"], of["time_zone"]
    ),
    SnapshotSchedule.MONTHLY: lambda of: recurrence.monthly(
        of["day"], of["hour"], of["minute"], of["time_zone"]
    ),
}
_WHEN = ("interval", "minute", "hour", "day", "time_zone")


@dataclass(frozen=True, kw_only=True)
class ScheduleValues:
    """When snapshots are taken and how many are kept. `day` is 1 (Monday) to 7 of a week, or 1 to 28 of a month."""

    interval: str
    keep: int
    time_zone: str
    minute: int = 0
    hour: int = 0
    day: int = 1
    is_quiet: bool = False
    is_enabled: bool = True


@dataclass(frozen=True, kw_only=True)
class ScheduleChanges:
    """What may be changed; None leaves it as it is."""

    keep: int | None = None
    time_zone: str | None = None
    minute: int | None = None
    hour: int | None = None
    day: int | None = None
    is_quiet: bool | None = None
    is_enabled: bool | None = None


@transaction.atomic
def create(caller: Caller, volume: Volume, values: ScheduleValues) -> SnapshotSchedule:
    """A schedule of a volume from the caller's own. Raises InvalidInput, Conflict where it has one of that interval."""
    actions.SCHEDULE_SNAPSHOTS.permit(caller)
    snapshots.demand_ready(volume, "schedule snapshots of it")
    terms = vars(values)
    rule = _rule(terms)
    _check_keep(values.keep)
    # Locked, so that two requests for the same interval see each other.
    Volume.objects.select_for_update().get(pk=volume.pk)
    if volume.snapshot_schedules.filter(interval=values.interval).exists():
        raise Conflict(
            f"The volume {volume.name} has an {values.interval} schedule already. Change that one."
        )
    schedule = SnapshotSchedule.objects.create(
        volume=volume,
        expression=rule.expression,
        next_run_at=rule.next_after(clock.now()),
        **terms,
    )
    records.record(caller, "SNAPSHOTPOLICY.CREATE", _about(schedule), after=terms)
    plans.note(
        "create",
        f"Takes a snapshot of {volume.name} {rule.sentence[0].lower()}{rule.sentence[1:]}, and keeps {values.keep}.",
        noun="snapshot schedule",
    )
    return schedule


@transaction.atomic
def update(caller: Caller, schedule: SnapshotSchedule, changes: ScheduleChanges) -> SnapshotSchedule:
    """The schedule with the changes; a new time counts from now. Raises InvalidInput."""
    actions.SCHEDULE_SNAPSHOTS.permit(caller)
    values = given(changes)
    _check_keep(values.get("keep", schedule.keep))
    rule = _rule({**{name: getattr(schedule, name) for name in _WHEN}, **values})
    is_begun_anew = bool(values.get("is_enabled")) and not schedule.is_enabled
    if rule != schedule.recurrence or is_begun_anew:
        values |= {"expression": rule.expression, "next_run_at": rule.next_after(clock.now())}
    before, after = change(schedule, values)
    records.record(caller, "SNAPSHOTPOLICY.UPDATE", _about(schedule), before=before, after=after)
    plans.note("update", f"Changes the {schedule}.", before=before, after=after)
    return schedule


@transaction.atomic
def delete(caller: Caller, schedule: SnapshotSchedule) -> None:
    """Nothing is taken by it any more; its snapshots stay."""
    actions.UNSCHEDULE_SNAPSHOTS.permit(caller)
    records.record(caller, "SNAPSHOTPOLICY.DELETE", _about(schedule))
    plans.note("delete", f"Takes no more {schedule}; those that there are stay.", noun="snapshot schedule")
    schedule.delete()


def run_due(caller: Caller) -> int:
    """Begins the snapshots that are due, each once however long nobody looked; returns how many."""
    due = SnapshotSchedule.objects.filter(is_enabled=True, next_run_at__lte=clock.now())
    due = due.exclude(volume__state=states.DELETED).order_by("next_run_at")
    return sum(_run(caller, schedule) for schedule in list(due.select_related(*_NEIGHBOURS)[:AT_ONCE]))


def age_out(caller: Caller) -> int:
    """Begins to delete what schedules keep no longer; returns how many. Only good snapshots count as kept."""
    begun = 0
    for schedule in SnapshotSchedule.objects.order_by("pk"):
        mine = Snapshot.objects.filter(schedule_uuid=schedule.uuid).select_related("account__domain")
        good = list(mine.filter(state=states.READY).order_by("-taken_at", "-pk"))
        # One that failed is in nobody's way before a good one has come after it.
        failed = mine.filter(state=states.ERROR, pk__lt=good[0].pk) if good else ()
        begun += sum(_deleted(caller, one) for one in [*good[schedule.keep :], *failed])
    return begun


_NEIGHBOURS = ("volume__account__domain", "volume__zone", "volume__pool", "volume__template")


def _run(caller: Caller, schedule: SnapshotSchedule) -> bool:
    values = NewSnapshot(volume_uuid=schedule.volume.uuid, name=_name(schedule), is_quiet=schedule.is_quiet)
    try:
        with transaction.atomic():
            if not take(schedule, "The snapshot was begun."):
                return False
            snapshots.begin(caller, schedule.volume, values, schedule_uuid=schedule.uuid)
    except Busy:
        # A job has the volume. The run stays due and is made up as soon as that is over, once.
        return False
    except PortalError as refusal:
        _skip(caller, schedule, refusal.detail)
        return False
    return True


@transaction.atomic
def _skip(caller: Caller, schedule: SnapshotSchedule, reason: str) -> None:
    if take(schedule, reason):
        sentence = f"No snapshot was taken by the {schedule}: {reason}"
        about = About.of(schedule.volume, schedule.volume.account.owner)
        records.record(caller, "SNAPSHOT.CREATE", about, sentence=sentence, level="warning")


def _deleted(caller: Caller, snapshot: Snapshot) -> bool:
    try:
        snapshots.delete(caller, snapshot)
    except PortalError as refusal:
        # Somebody works with it; it is looked at again in the next round.
        log.info("The snapshot %s is kept for now: %s", snapshot.uuid, refusal)
        return False
    return True


def _name(schedule: SnapshotSchedule) -> str:
    return f"{schedule.interval} {clock.now():%Y-%m-%d %H:%M}"


def _rule(values: dict[str, Any]) -> Recurrence:
    make = _RULES.get(values["interval"])
    if make is None:
        raise InvalidInput.of("interval", f"Choose one of {', '.join(_RULES)}.")
    return make(values)


def _check_keep(keep: int) -> None:
    if not 1 <= keep <= MOST_KEPT:
        raise InvalidInput.of("keep", f"Keep 1 to {MOST_KEPT} snapshots.")


def _about(schedule: SnapshotSchedule) -> About:
    return About("snapshot schedule", schedule.uuid, str(schedule), *_owner(schedule))


def _owner(schedule: SnapshotSchedule) -> tuple[UUID, str]:
    owner = schedule.volume.account.owner
    return owner.account_uuid, owner.domain_path
