"""What must not be done to volumes because of the instance that has them: one table, asked by storage and by compute.

Storage asks through `storage.guards`, by the verb that it would use.
"""

from cloudportal.core.errors import Conflict, WrongState
from compute import states
from compute.models import Instance
from compute.topology.abilities import can
from storage import guards
from storage.models import Volume

# What replaces or reshapes the content under a guest needs the guest gone.
NEEDS_STOPPED = ("restore",)
# What reads a volume while its guest runs needs a host that can.
COPIES = ("take a snapshot of", "make a template of")


def holder_of(volume: Volume) -> Instance | None:
    """The instance that has the volume attached."""
    if volume.held_by is None:
        return None
    return Instance.objects.select_related("host__cluster").filter(uuid=volume.held_by).first()


def check(volume: Volume, change: str) -> None:
    """Raises WrongState or Conflict where the instance that has the volume stands against the change."""
    instance = holder_of(volume)
    if instance is None:
        return
    if change in NEEDS_STOPPED and instance.state != states.STOPPED:
        raise WrongState(
            noun=f"instance {instance.name}",
            state=instance.state,
            action=f"{change} its volume {volume.name}",
            needed=states.STOPPED,
        )
    if change in COPIES and instance.host is not None and not can(instance.host, "CopiesDisks"):
        raise Conflict(
            f"The host of {instance.name} cannot copy disks while they are used. Stop the instance first."
        )


guards.register(check)
