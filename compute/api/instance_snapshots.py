"""Snapshots of instances at the REST door."""

from typing import Any

from rest_framework import serializers

from cloudportal.api.calls import into, working
from cloudportal.api.filters import FLAG, Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource, Verb
from cloudportal.api.shapes import NamedShape, Reference, RowShape, Text, Values
from cloudportal.api.work import Work
from cloudportal.core.caller import Caller
from compute import queries, snapshot_queries, states
from compute import snapshot_actions as actions
from compute.services import instance_snapshots
from compute.services.instance_snapshots import NewInstanceSnapshot, SnapshotChanges

STATES = tuple(sorted(states.SNAPSHOT.states))


class InstanceSnapshotShape(RowShape):
    """An instance as it was at one moment."""

    instance = NamedShape()
    parent = NamedShape(allow_null=True, help_text="What the instance stood on when it was taken.")
    name = serializers.CharField()
    description = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    has_memory = serializers.BooleanField()
    is_current = serializers.BooleanField(help_text="The instance stands on it now.")
    taken_at = serializers.DateTimeField(allow_null=True)


class EditInstanceSnapshot(Values):
    """What may be changed about a snapshot."""

    name = Text(max_length=100)
    description = Text(max_length=100, required=False, allow_blank=True)


class TakeInstanceSnapshot(EditInstanceSnapshot):
    """A snapshot as the instance's owner wants it."""

    instance = Reference()
    with_memory = serializers.BooleanField(
        required=False, help_text="With it the instance must run, without it must be stopped."
    )


def _take(caller: Caller, values: dict[str, Any]) -> Work:
    instance = queries.instance_for(caller, values.pop("instance"))
    snapshot, job = instance_snapshots.take(caller, instance, NewInstanceSnapshot(**values))
    return Work(job, snapshot)


INSTANCE_SNAPSHOTS = Resource(
    path="instance-snapshots",
    noun="instance snapshot",
    shape=InstanceSnapshotShape,
    read=actions.READ,
    rows=snapshot_queries.instance_snapshots_for,
    row=snapshot_queries.instance_snapshot_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("state", choices=STATES),
        Filter("has_memory", kind=FLAG),
        Filter("is_current", kind=FLAG),
        by_uuid("instance"),
        by_uuid("account", "instance__account__uuid"),
    ),
    orderings=("name", "created_at", "state"),
    changes=(
        Create(
            TakeInstanceSnapshot, _take, actions.TAKE, works=True, summary="Take a snapshot of an instance"
        ),
        Edit(EditInstanceSnapshot, into(SnapshotChanges, instance_snapshots.update), actions.UPDATE),
        Remove(working(instance_snapshots.delete), actions.DELETE, works=True),
        Verb(
            "revert",
            working(instance_snapshots.revert),
            actions.REVERT,
            works=True,
            summary="Bring the instance back to it",
        ),
    ),
)
