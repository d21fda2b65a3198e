"""Schedules of instances at the REST door."""

from typing import Any

from rest_framework import serializers

from cloudportal.api.calls import into
from cloudportal.api.filters import FLAG, Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource
from cloudportal.api.shapes import NamedShape, Reference, RowShape, Text, Values
from cloudportal.core.caller import Caller
from compute import queries, schedule_queries
from compute import schedule_actions as actions
from compute.models import InstanceSchedule
from compute.services import schedules
from compute.services.schedules import ScheduleChanges, ScheduleValues

VERBS = InstanceSchedule.VERBS


class InstanceScheduleShape(RowShape):
    """Something that is done to an instance at regular times."""

    instance = NamedShape()
    name = serializers.CharField()
    verb = serializers.ChoiceField(choices=VERBS)
    force = serializers.BooleanField(help_text="Cuts the power instead of asking the guest.")
    expression = serializers.CharField(
        help_text="Minute, hour, day of the month, month, day of the week, as cron."
    )
    time_zone = serializers.CharField()
    sentence = serializers.CharField(source="recurrence.sentence", help_text="When that is, in words.")
    is_enabled = serializers.BooleanField()
    next_run_at = serializers.DateTimeField(allow_null=True)
    last_run_at = serializers.DateTimeField(allow_null=True)
    last_outcome = serializers.CharField()


class EditInstanceSchedule(Values):
    """What may be changed about a schedule."""

    name = Text(max_length=100)
    verb = Text(max_length=8)
    expression = Text(max_length=100)
    time_zone = Text(max_length=64)
    force = serializers.BooleanField(required=False)
    is_enabled = serializers.BooleanField(required=False)


class CreateInstanceSchedule(EditInstanceSchedule):
    """A schedule as the instance's owner wants it."""

    instance = Reference()


def _create(caller: Caller, values: dict[str, Any]) -> InstanceSchedule:
    instance = queries.instance_for(caller, values.pop("instance"))
    return schedules.create(caller, instance, ScheduleValues(**values))


INSTANCE_SCHEDULES = Resource(
    path="instance-schedules",
    noun="schedule",
    shape=InstanceScheduleShape,
    read=actions.READ,
    rows=schedule_queries.schedules_for,
    row=schedule_queries.schedule_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("verb", choices=VERBS),
        Filter("is_enabled", kind=FLAG),
        by_uuid("instance"),
        by_uuid("account", "instance__account__uuid"),
    ),
    orderings=("name", "created_at", "next_run_at"),
    changes=(
        Create(CreateInstanceSchedule, _create, actions.CREATE),
        Edit(EditInstanceSchedule, into(ScheduleChanges, schedules.update), actions.UPDATE),
        Remove(schedules.delete, actions.DELETE),
    ),
)
