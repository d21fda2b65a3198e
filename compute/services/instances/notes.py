"""Writing notes about instances down, and taking them away."""

from dataclasses import dataclass

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, NotPermitted
from cloudportal.events import records
from compute import note_actions
from compute.models import Instance, InstanceNote
from compute.services.instances import terms

MOST_CHARACTERS = 4000


@dataclass(frozen=True, kw_only=True)
class NoteValues:
    """A note: plain text, which may have several lines."""

    text: str
    is_for_operators: bool = False


@transaction.atomic
def add(caller: Caller, instance: Instance, values: NoteValues) -> InstanceNote:
    """The note, signed by the caller. Raises InvalidInput, and NotPermitted for a note that is for operators."""
    note_actions.ADD_NOTE.permit(caller)
    if values.is_for_operators and not caller.is_root_admin:
        raise NotPermitted(action="write notes for operators")
    note = InstanceNote.objects.create(
        instance=instance,
        text=_checked(values.text),
        author_name=caller.user_name,
        author_uuid=caller.user_uuid,
        is_for_operators=values.is_for_operators,
    )
    _record(caller, "ANNOTATION.CREATE", note, f"Writes a note about the instance {instance.name}.")
    return note


@transaction.atomic
def delete(caller: Caller, note: InstanceNote) -> None:
    """The note is gone. Whoever may delete notes of the instance may delete this one, whoever wrote it."""
    note_actions.DELETE_NOTE.permit(caller)
    _record(caller, "ANNOTATION.REMOVE", note, f"Deletes a note about the instance {note.instance.name}.")
    note.delete()


def _checked(text: str) -> str:
    kept = text.replace("\r\n", "\n").strip()
    is_quiet = all(letter.isprintable() or letter in "\n\t" for letter in kept)
    if not kept or len(kept) > MOST_CHARACTERS or not is_quiet:
        raise InvalidInput.of(
            "text", f"Write 1 to {MOST_CHARACTERS} letters, digits and signs, on as many lines as you like."
        )
    return kept


def _record(caller: Caller, event_type: str, note: InstanceNote, sentence: str) -> None:
    # What it says is told to those who may read it, and nowhere else.
    plans.note("note", sentence)
    about = terms.about(note.instance)
    records.record(caller, event_type, about, after={"note": str(note.uuid)}, sentence=sentence)
