"""What may be done to the notes about instances."""

from cloudportal.core.actions import action

READ_NOTE = action("instance-note.read", "See notes", reads=True)
ADD_NOTE = action("instance-note.create", "Add note")
DELETE_NOTE = action(
    "instance-note.delete",
    "Delete",
    confirmation="The note is gone for everybody. Delete it?",
    is_dangerous=True,
)
