"""Notes about instances at the REST door."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers

from cloudportal.api.filters import FLAG, Filter
from cloudportal.api.resources import Create, Remove, Resource
from cloudportal.api.shapes import Lines, RowShape, Values
from cloudportal.core.caller import Caller
from compute import note_actions
from compute.models import InstanceNote
from compute.note_queries import note_for, notes_for
from compute.queries import instance_for
from compute.services.instances import notes
from compute.services.instances.notes import MOST_CHARACTERS, NoteValues


class NoteShape(RowShape):
    """What somebody wrote down about an instance."""

    text = serializers.CharField()
    author_name = serializers.CharField()
    author_uuid = serializers.UUIDField(allow_null=True)
    is_for_operators = serializers.BooleanField(help_text="Seen by root admins alone.")


class WriteNote(Values):
    """A note: plain text, which may have several lines."""

    text = Lines(max_length=MOST_CHARACTERS)
    is_for_operators = serializers.BooleanField(required=False, default=False)


def _notes(caller: Caller, instance: UUID) -> QuerySet[InstanceNote]:
    return notes_for(caller, instance_for(caller, instance))


def _note(caller: Caller, instance: UUID, uuid: UUID) -> InstanceNote:
    return note_for(caller, uuid, instance_for(caller, instance))


def _add(caller: Caller, instance: UUID, values: dict[str, Any]) -> InstanceNote:
    return notes.add(caller, instance_for(caller, instance), NoteValues(**values))


NOTES = Resource(
    path="instances/{instance}/notes",
    noun="note",
    shape=NoteShape,
    read=note_actions.READ_NOTE,
    rows=_notes,
    row=_note,
    filters=(Filter("author_name"), Filter("is_for_operators", kind=FLAG)),
    orderings=("created_at",),
    changes=(
        Create(WriteNote, _add, note_actions.ADD_NOTE, summary="Write a note down"),
        Remove(notes.delete, note_actions.DELETE_NOTE),
    ),
)
