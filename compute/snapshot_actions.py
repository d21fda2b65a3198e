"""What may be done to snapshots of instances."""

from cloudportal.core.actions import action
from compute import states

READ = action("instance-snapshot.read", "See snapshots of instances", reads=True)
TAKE = action("instance-snapshot.take", "Take snapshot of the instance")
UPDATE = action("instance-snapshot.update", "Rename snapshot")
REVERT = action(
    "instance-snapshot.revert",
    "Revert the instance",
    states=(states.READY,),
    confirmation="The instance is as it was then. What it has done and written since is gone.",
    is_dangerous=True,
)
DELETE = action(
    "instance-snapshot.delete",
    "Delete snapshot",
    states=(states.READY, states.FAILED),
    confirmation="The instance can no longer be brought back to this moment. It stays as it is.",
    is_dangerous=True,
)
