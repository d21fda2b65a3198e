"""The ways to find the notes about instances."""

from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from compute import note_actions
from compute.models import Instance, InstanceNote


def notes_for(caller: Caller, instance: Instance | None = None) -> ScopedQuerySet[InstanceNote]:
    """The notes that the caller may read, newest first, of one instance or of all; those for operators are theirs."""
    note_actions.READ_NOTE.permit(caller)
    rows = InstanceNote.objects.for_caller(caller).select_related("instance__account__domain")
    if instance is not None:
        rows = rows.filter(instance=instance)
    return rows if caller.is_root_admin else rows.filter(is_for_operators=False)


def note_for(caller: Caller, uuid: UUID | str, instance: Instance | None = None) -> InstanceNote:
    """One of them. Raises NotFound."""
    return notes_for(caller, instance).one(uuid)
