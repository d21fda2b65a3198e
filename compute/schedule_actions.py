"""What may be done to the schedules and the lease of an instance."""

from cloudportal.core.actions import action

READ = action("instance-schedule.read", "See schedules", reads=True)
CREATE = action("instance-schedule.create", "Add schedule")
UPDATE = action("instance-schedule.update", "Edit schedule")
DELETE = action(
    "instance-schedule.delete",
    "Delete schedule",
    confirmation="Nothing is done by it any more.",
    is_dangerous=True,
)
LEASE = action("instance.lease", "Set its end")
