"""Notes about instances: on the instance's page, a form for another one, and a page for each with its button."""

from typing import Any, ClassVar

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.portal import cells
from cloudportal.portal.buttons import RowAction
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import Group, PortalForm, about
from cloudportal.portal.panels import Fact, Facts
from compute import note_actions
from compute.models import Instance, InstanceNote
from compute.note_queries import note_for
from compute.portal.instances import INSTANCE
from compute.services.instances import notes
from compute.services.instances.notes import MOST_CHARACTERS, NoteValues


class NoteForm(PortalForm):
    """A note."""

    groups: ClassVar = (Group("", ("text", "is_for_operators")),)

    text = forms.CharField(
        label="Note",
        max_length=MOST_CHARACTERS,
        help_text="Plain text. Whoever sees the instance reads it, a later owner too.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    is_for_operators = forms.BooleanField(
        label="For operators only",
        required=False,
        help_text="Nobody but root administrators sees it.",
    )

    def shape(self) -> None:
        """Only operators write for operators."""
        if not self.caller.is_root_admin:
            del self.fields["is_for_operators"]


def _submit(caller: Caller, instance: Instance, values: dict[str, Any]) -> InstanceNote:
    return notes.add(caller, instance, NoteValues(**values))


NOTE_ADD = about(
    INSTANCE,
    "add-note",
    route="instance-note-add",
    title="Write a note about {name}",
    action=note_actions.ADD_NOTE,
    form=NoteForm,
    submit=_submit,
    button="Add note",
    done=lambda note: "The note is written down.",
    next=lambda note: INSTANCE.address(note.instance),
)

NOTE = DetailPage(
    route="instance-note",
    path="instance-notes/",
    noun="note",
    row=note_for,
    parent=INSTANCE.parent,
    parent_label=INSTANCE.parent_label,
    title=lambda note: f"Note about {note.instance.name}",
    state=None,
    panels=(
        Facts(
            "Note",
            (
                Fact("Text", "text"),
                Fact(
                    "Instance",
                    lambda note: cells.link(note.instance.name, "instance", note.instance.uuid),
                ),
                Fact("Written by", "author_name"),
                Fact("Written", lambda note: cells.exact_moment(note.created_at)),
                Fact(
                    "For",
                    lambda note: "operators only" if note.is_for_operators else "",
                    is_shown_empty=False,
                ),
            ),
        ),
    ),
    buttons=(
        RowAction(
            note_actions.DELETE_NOTE, notes.delete, icon="trash", done="The note is gone.", goes_away=True
        ),
    ),
)

urlpatterns = [*NOTE_ADD.urls(), *NOTE.urls()]
