"""Schedules of instances: made, changed, deleted by people, and carried out when they are due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from cloudportal.core import clock, names, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Busy, Conflict, InvalidInput, PortalError
from cloudportal.core.recurrence import Recurrence, recurrence
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs.recurring import take
from compute import actions as instance_actions
from compute import schedule_actions as actions
from compute import states
from compute.models import Instance, InstanceSchedule
from compute.services import instances
from compute.services.instances.holding import demand_free
from compute.topology.services.rows import change, given

# Of one instance; more would only contradict each other.
MOST_SCHEDULES = 20
# Begun in one round; the next round goes on.
AT_ONCE = 100
# A run that could not be begun for so long is left out: by then nobody expects it any more.
LATEST = timedelta(hours=1)

_VERBS: dict[str, Callable[[Caller, InstanceSchedule], object]] = {
    InstanceSchedule.START: lambda caller, one: instances.start(caller, one.instance),
    InstanceSchedule.STOP: lambda caller, one: instances.stop(caller, one.instance, force=one.force),
    InstanceSchedule.REBOOT: lambda caller, one: instances.reboot(caller, one.instance, force=one.force),
}
# What a schedule does is done by the portal, so whoever sets one must be allowed to do it.
_PERMISSIONS = {
    InstanceSchedule.START: instance_actions.START,
    InstanceSchedule.STOP: instance_actions.STOP,
    InstanceSchedule.REBOOT: instance_actions.REBOOT,
}
# What it does, and when; the rest is its name.
_DOING = ("verb", "expression", "time_zone", "force", "is_enabled")
_NEIGHBOURS = (
    "instance__account__domain",
    "instance__zone",
    "instance__offering",
    "instance__template",
    "instance__host",
)


@dataclass(frozen=True, kw_only=True)
class ScheduleValues:
    """What is done, and when: `expression` is cron's five fields in `time_zone`. `force` cuts the power at once."""

    name: str
    verb: str
    expression: str
    time_zone: str
    force: bool = False
    is_enabled: bool = True


@dataclass(frozen=True, kw_only=True)
class ScheduleChanges:
    """What may be changed; None leaves it as it is."""

    name: str | None = None
    verb: str | None = None
    expression: str | None = None
    time_zone: str | None = None
    force: bool | None = None
    is_enabled: bool | None = None


@transaction.atomic
def create(caller: Caller, instance: Instance, values: ScheduleValues) -> InstanceSchedule:
    """A schedule of an instance from the caller's own, for what the caller may do at once too. Raises NotPermitted,
    InvalidInput, Conflict.
    """
    actions.CREATE.permit(caller)
    terms = {**vars(values), "name": names.check_label(values.name)}
    rule = _rule(terms)
    _PERMISSIONS[values.verb].permit(caller)
    if InstanceSchedule.objects.filter(instance=instance).count() >= MOST_SCHEDULES:
        raise Conflict(
            f"{instance.name} has {MOST_SCHEDULES} schedules, as many as it may. Change one of them."
        )
    terms |= {"expression": rule.expression, "next_run_at": _next(rule, values.is_enabled)}
    schedule = InstanceSchedule.objects.create(instance=instance, **terms)
    records.record(caller, "VM.SCHEDULE.CREATE", _about(schedule), after=_told(terms))
    plans.note("create", f"Will {values.verb} {instance.name}: {rule.sentence}.", noun="schedule")
    return schedule


@transaction.atomic
def update(caller: Caller, schedule: InstanceSchedule, changes: ScheduleChanges) -> InstanceSchedule:
    """The schedule with the changes; a new time counts from now. Raises NotPermitted where it does other things then
    than before, and the caller may not do them at once, and InvalidInput.
    """
    actions.UPDATE.permit(caller)
    values = given(changes)
    if "name" in values:
        values["name"] = names.check_label(values["name"])
    kept = {name: getattr(schedule, name) for name in _DOING}
    wanted = {**kept, **values}
    rule = _rule(wanted)
    # Whoever may not do what it does may still name it otherwise, and switch it off.
    if wanted["is_enabled"] and any(wanted[name] != kept[name] for name in _DOING):
        _PERMISSIONS[wanted["verb"]].permit(caller)
    values["expression"] = rule.expression
    if rule != schedule.recurrence or wanted["is_enabled"] != schedule.is_enabled:
        values["next_run_at"] = _next(rule, wanted["is_enabled"])
    before, after = change(schedule, values)
    records.record(caller, "VM.SCHEDULE.UPDATE", _about(schedule), before=_told(before), after=_told(after))
    plans.note("update", f"Changes the schedule {schedule.name}.", before=_told(before), after=_told(after))
    return schedule


@transaction.atomic
def delete(caller: Caller, schedule: InstanceSchedule) -> None:
    """Nothing is done by it any more."""
    actions.DELETE.permit(caller)
    records.record(caller, "VM.SCHEDULE.DELETE", _about(schedule))
    plans.note("delete", f"Deletes the schedule {schedule.name}.", noun="schedule")
    schedule.delete()


def run_due(caller: Caller) -> int:
    """Begins what is due, each once however long nobody looked; returns how many."""
    due = InstanceSchedule.objects.filter(is_enabled=True, next_run_at__lte=clock.now())
    due = due.exclude(instance__state=states.EXPUNGED).order_by("next_run_at", "pk")
    return sum(_run(caller, one) for one in list(due.select_related(*_NEIGHBOURS)[:AT_ONCE]))


def _run(caller: Caller, schedule: InstanceSchedule) -> bool:
    if schedule.next_run_at is not None and schedule.next_run_at < clock.now() - LATEST:
        _leave_out(
            caller, schedule, "It could not be begun for more than an hour, so it was left out this time."
        )
        return False
    try:
        with transaction.atomic():
            if not take(schedule, f"The {schedule.verb} was begun."):
                return False
            # What a job has is in no state to be judged by.
            demand_free(schedule.instance)
            _VERBS[schedule.verb](caller, schedule)
            sentence = f"The schedule {schedule.name} begins to {schedule.verb} {schedule.instance.name}."
            records.record(caller, "VM.SCHEDULE.EXECUTE", _about(schedule), sentence=sentence)
    except Busy:
        # A job has the instance; the run stays due and is made up when that is over.
        return False
    except PortalError as refusal:
        _leave_out(caller, schedule, refusal.detail)
        return False
    return True


@transaction.atomic
def _leave_out(caller: Caller, schedule: InstanceSchedule, reason: str) -> None:
    if take(schedule, reason):
        sentence = f"The schedule {schedule.name} did not {schedule.verb} {schedule.instance.name}. {reason}"
        records.record(caller, "VM.SCHEDULE.EXECUTE", _about(schedule), sentence=sentence, level="warning")


def _rule(values: dict[str, Any]) -> Recurrence:
    if values["verb"] not in _VERBS:
        raise InvalidInput.of("verb", f"Choose one of {', '.join(_VERBS)}.")
    try:
        return recurrence(values["expression"], values["time_zone"])
    except InvalidInput as refusal:
        # The field has its own name here.
        refusal.fields = {
            "expression" if name == "schedule" else name: sentences
            for name, sentences in refusal.fields.items()
        }
        raise


def _next(rule: Recurrence, is_enabled: bool) -> Any:
    return rule.next_after(clock.now()) if is_enabled else None


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "next_run_at"}


def _about(schedule: InstanceSchedule) -> About:
    return About.of(schedule.instance, schedule.instance.account.owner)
