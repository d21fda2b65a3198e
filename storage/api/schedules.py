"""Schedules of snapshots at the REST door."""

from typing import Any

from rest_framework import serializers

from cloudportal.api.calls import into
from cloudportal.api.filters import FLAG, Filter, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource
from cloudportal.api.shapes import NamedShape, Reference, RowShape, Text, Values, Whole
from cloudportal.core.caller import Caller
from storage import actions, queries
from storage.models import SnapshotSchedule
from storage.services import schedules
from storage.services.schedules import MOST_KEPT, ScheduleChanges, ScheduleValues

INTERVALS = SnapshotSchedule.INTERVALS


class SnapshotScheduleShape(RowShape):
    """A volume's snapshots at regular times."""

    volume = NamedShape()
    interval = serializers.ChoiceField(choices=INTERVALS)
    minute = serializers.IntegerField()
    hour = serializers.IntegerField(help_text="Means nothing for hourly ones.")
    day = serializers.IntegerField(help_text="Of the week from Monday, 1, or of the month.")
    time_zone = serializers.CharField()
    keep = serializers.IntegerField(help_text="How many of its snapshots are kept.")
    is_quiet = serializers.BooleanField()
    is_enabled = serializers.BooleanField()
    next_run_at = serializers.DateTimeField()
    last_run_at = serializers.DateTimeField(allow_null=True)
    last_outcome = serializers.CharField()


class EditSnapshotSchedule(Values):
    """What may be changed about a schedule."""

    keep = Whole(min_value=1, max_value=MOST_KEPT)
    time_zone = Text(max_length=64)
    minute = Whole(max_value=59, required=False)
    hour = Whole(max_value=23, required=False)
    day = Whole(min_value=1, max_value=28, required=False)
    is_quiet = serializers.BooleanField(required=False)
    is_enabled = serializers.BooleanField(required=False)


class CreateSnapshotSchedule(EditSnapshotSchedule):
    """A schedule as its owner wants it."""

    volume = Reference()
    interval = Text(max_length=8)


def _create(caller: Caller, values: dict[str, Any]) -> SnapshotSchedule:
    volume = queries.volume_for(caller, values.pop("volume"))
    return schedules.create(caller, volume, ScheduleValues(**values))


SNAPSHOT_SCHEDULES = Resource(
    path="snapshot-schedules",
    noun="snapshot schedule",
    shape=SnapshotScheduleShape,
    read=actions.READ_SNAPSHOT,
    rows=queries.snapshot_schedules_for,
    row=queries.snapshot_schedule_for,
    filters=(
        Filter("interval", choices=INTERVALS),
        Filter("is_enabled", kind=FLAG),
        by_uuid("volume"),
        by_uuid("account", "volume__account__uuid"),
    ),
    orderings=("created_at", "next_run_at"),
    changes=(
        Create(CreateSnapshotSchedule, _create, actions.SCHEDULE_SNAPSHOTS),
        Edit(EditSnapshotSchedule, into(ScheduleChanges, schedules.update), actions.SCHEDULE_SNAPSHOTS),
        Remove(schedules.delete, actions.UNSCHEDULE_SNAPSHOTS),
    ),
)
