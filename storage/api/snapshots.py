"""Snapshots of volumes at the REST door."""

from typing import Any

from rest_framework import serializers

from cloudportal.api.calls import into, working
from cloudportal.api.filters import UUIDS, Filter, between, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource, Verb
from cloudportal.api.shapes import NamedShape, Reference, RowShape, Text, Values
from cloudportal.core.caller import Caller
from storage import actions, queries, states
from storage.models import Snapshot
from storage.services import snapshots
from storage.services.snapshots import NewSnapshot

STATES = tuple(sorted(states.SNAPSHOT.states))


class SnapshotShape(RowShape):
    """A volume as it was at one moment, kept apart from it."""

    for_operators = ("checksum",)

    name = serializers.CharField()
    account = NamedShape()
    zone = NamedShape()
    volume = NamedShape(allow_null=True)
    volume_name = serializers.CharField(help_text="What its volume was called, which may be gone.")
    schedule_uuid = serializers.UUIDField(
        allow_null=True, help_text="The schedule that took it; null for one that somebody asked for."
    )
    os_type = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    size_bytes = serializers.IntegerField(help_text="What it takes in the store.")
    virtual_size_bytes = serializers.IntegerField(help_text="The least size of a volume made of it.")
    is_quiet = serializers.BooleanField(help_text="The guest had written everything out.")
    taken_at = serializers.DateTimeField(allow_null=True)
    checksum = serializers.CharField()


class EditSnapshot(Values):
    """What may be changed about a snapshot."""

    name = Text(max_length=100)


class TakeSnapshot(Values):
    """A snapshot as its owner wants it."""

    volume = Reference(source="volume_uuid")
    name = Text(max_length=100, required=False, allow_blank=True)
    is_quiet = serializers.BooleanField(
        required=False, help_text="Ask the guest's agent to write its file systems out first."
    )


def _edit(caller: Caller, snapshot: Snapshot, values: dict[str, Any]) -> Snapshot:
    return snapshots.rename(caller, snapshot, values["name"])


SNAPSHOTS = Resource(
    path="snapshots",
    noun="snapshot",
    shape=SnapshotShape,
    read=actions.READ_SNAPSHOT,
    rows=queries.snapshots_for,
    row=queries.snapshot_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("state", choices=STATES),
        by_uuid("volume"),
        by_uuid("account"),
        by_uuid("domain", "account__domain__uuid"),
        by_uuid("zone"),
        Filter("schedule_uuid", kind=UUIDS),
        *between("created_at"),
    ),
    orderings=("name", "created_at", "state", "size_bytes"),
    changes=(
        Create(
            TakeSnapshot,
            working(into(NewSnapshot, snapshots.take)),
            actions.TAKE_SNAPSHOT,
            works=True,
            summary="Take a snapshot of a volume",
        ),
        Edit(EditSnapshot, _edit, actions.UPDATE_SNAPSHOT, is_partial=False),
        Remove(working(snapshots.delete), actions.DELETE_SNAPSHOT, works=True),
        Verb(
            "restore",
            working(snapshots.restore),
            actions.RESTORE_SNAPSHOT,
            works=True,
            summary="Put its content back on its volume",
        ),
    ),
)
