"""What may be done to instances, their sizes, and what the reconciler found."""

from cloudportal.core.actions import action
from cloudportal.core.permissions import RoleKind
from compute import states
from storage import states as storage_states

ROOT = RoleKind.ROOT_ADMIN

READ = action("instance.read", "See instances", reads=True)
DEPLOY = action("instance.deploy", "Deploy instance")
UPDATE = action(
    "instance.update",
    "Edit",
    states=(states.RUNNING, states.STOPPED, states.DESTROYED, states.ERROR),
)
START = action("instance.start", "Start", states=(states.STOPPED,))
STOP = action(
    "instance.stop",
    "Stop",
    states=(states.RUNNING,),
    confirmation="The instance is asked to shut down; if it does not, its power is cut. Stop it?",
)
REBOOT = action(
    "instance.reboot",
    "Reboot",
    states=(states.RUNNING,),
    confirmation="The instance is shut down and started again. Reboot it?",
)
REINSTALL = action(
    "instance.reinstall",
    "Reinstall",
    states=(states.RUNNING, states.STOPPED),
    confirmation="Its root disk is made anew. Everything on it is lost; data disks, name and addresses stay.",
    is_dangerous=True,
)
RESIZE = action("instance.resize", "Resize", states=(states.RUNNING, states.STOPPED))
DESTROY = action(
    "instance.destroy",
    "Destroy",
    states=(states.RUNNING, states.STOPPED),
    confirmation="The instance is stopped. Its disks are kept for a while and it can be recovered until they go.",
    is_dangerous=True,
)
RECOVER = action("instance.recover", "Recover", states=(states.DESTROYED,))
EXPUNGE = action(
    "instance.expunge",
    "Expunge",
    states=(states.DESTROYED, states.ERROR),
    confirmation="The instance and its root disk are gone for good. This cannot be undone.",
    is_dangerous=True,
)
MOVE = action(
    "instance.move",
    "Move to another owner",
    states=(states.STOPPED,),
    confirmation="The instance belongs to the other account or project, with its disks and addresses.",
)
# What is on a screen or a serial line may be secret, so those who only read do not see it.
CONSOLE = action("instance.console", "Console", states=(states.RUNNING,))
SCREENSHOT = action("instance.screenshot", "Take a screenshot", states=(states.RUNNING,))
SERIAL_LOG = action(
    "instance.serial-log",
    "Serial log",
    states=(states.RUNNING, states.STARTING, states.STOPPING, states.REBOOTING),
)
RESET_PASSWORD = action("instance.reset-password", "Reset password", states=(states.RUNNING, states.STOPPED))
RESET_SSH_KEYS = action("instance.reset-ssh-keys", "Reset SSH keys", states=(states.RUNNING, states.STOPPED))
RETRY = action("instance.retry", "Try again", states=(states.ERROR,))

ATTACH_VOLUME = action("volume.attach", "Attach", states=(storage_states.READY,))
DETACH_VOLUME = action(
    "volume.detach",
    "Detach",
    states=(storage_states.READY,),
    confirmation="The instance loses this disk. Unmount it in the instance first, or what it has not written is lost.",
)
RESIZE_VOLUME = action(
    "volume.resize", "Grow or change offering", states=(storage_states.READY, storage_states.ALLOCATED)
)
CLONE_VOLUME = action("volume.clone", "Clone", states=(storage_states.READY,))
MOVE_VOLUME = action("volume.move", "Move to other storage", least=ROOT, states=(storage_states.READY,))
EVACUATE_POOL = action(
    "storage-pool.evacuate",
    "Empty for maintenance",
    least=ROOT,
    states=(storage_states.UP,),
    confirmation="Everything on this pool is moved to others. Then the pool is in maintenance.",
)

ATTACH_ISO = action("instance.attach-iso", "Attach ISO", states=(states.RUNNING, states.STOPPED))
DETACH_ISO = action("instance.detach-iso", "Detach ISO", states=(states.RUNNING, states.STOPPED))

READ_OFFERING = action("service-offering.read", "See sizes", reads=True)
CREATE_OFFERING = action("service-offering.create", "Create size", least=ROOT)
UPDATE_OFFERING = action("service-offering.update", "Edit size", least=ROOT)
DELETE_OFFERING = action(
    "service-offering.delete",
    "Delete size",
    least=ROOT,
    confirmation="Nobody can choose this size any more. Instances that have it keep it.",
    is_dangerous=True,
)

READ_DRIFT = action("drift.read", "See drift", least=ROOT, reads=True)
ACCEPT_DRIFT = action(
    "drift.accept",
    "Accept",
    least=ROOT,
    confirmation="The portal takes over what was found on the host.",
)
REPAIR_DRIFT = action(
    "drift.repair",
    "Repair",
    least=ROOT,
    confirmation="The host is made to match what the portal has on record.",
)
IGNORE_DRIFT = action("drift.ignore", "Ignore", least=ROOT)
RECONCILE = action("host.reconcile", "Compare with the host now", least=ROOT)
