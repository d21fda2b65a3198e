"""What must not be done together: one table of rules about volumes, instances and their snapshots.

Storage asks through `storage.guards` and compute calls `check` and `demand_changeable`, each by the verb that it would
use towards a person.
"""

from typing import Any

from cloudportal.core.errors import Conflict, WrongState
from compute import states
from compute.models import Instance, InstanceSnapshot
from compute.topology.abilities import can
from storage import guards
from storage.models import Volume

# What replaces the content under a guest needs the guest gone.
NEEDS_STOPPED = ("restore",)
# What reads a volume while its guest runs needs a host that can.
COPIES = ("take a snapshot of", "make a template of", "download")
# What snapshots of the instance stand against, because they lie in its disks and fit only these: verb → why.
HELD_BY_SNAPSHOTS = {
    "restore": "Snapshots lie in this disk too, and would be lost with what is on it now.",
    "resize": "Snapshots cannot be brought back to a disk of another size.",
    "move": "Snapshots lie in this disk too, and would not go along.",
    "detach": "Snapshots hold this disk too, and cannot be brought back without it.",
    "reinstall": "Snapshots lie in its disk and would be lost.",
    "hand over": "Snapshots would go along to another owner without being asked for.",
}
# What only snapshots with memory stand against: what is in memory fits no other machine.
HELD_BY_MEMORY = {"give another size": "Memory cannot be brought back to an instance of another size."}
VERBS = frozenset({*NEEDS_STOPPED, *COPIES, *HELD_BY_SNAPSHOTS})


def holder_of(volume: Volume) -> Instance | None:
    """The instance that has the volume attached."""
    if volume.held_by is None:
        return None
    return Instance.objects.select_related("host__cluster").filter(uuid=volume.held_by).first()


def check(volume: Volume, change: str) -> None:
    """Raises WrongState or Conflict where the instance that has the volume stands against the change.

    Raises LookupError for a verb that is not in the table: a rule that nobody finds holds nobody.
    """
    if change not in VERBS:
        raise LookupError(f"No rule says what stands against a volume's “{change}”.")
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
    if change in HELD_BY_SNAPSHOTS:
        _demand_none(instance, _snapshots(instance, volume), HELD_BY_SNAPSHOTS[change])


def demand_changeable(instance: Instance, change: str) -> None:
    """Returns where no snapshot with memory stands against the change to the instance itself. Raises Conflict."""
    found = [one for one in _snapshots(instance) if one.has_memory]
    _demand_none(instance, found, HELD_BY_MEMORY[change], "with memory")


def shape_of(instance: Instance, *, has_memory: bool) -> dict[str, Any]:
    """What must be the same when the instance is brought back: its disks and, for its memory, all that is in it."""
    disks = instance.attachments.order_by("device_index").values_list("volume__uuid", "volume__size_bytes")
    shape: dict[str, Any] = {"disks": {str(uuid): size for uuid, size in disks}}
    if has_memory:
        shape |= {
            "cpus": instance.cpus,
            "memory_mib": instance.memory_mib,
            "nics": sorted(instance.nics.values_list("mac", flat=True)),
        }
    return shape


def demand_same_shape(snapshot: InstanceSnapshot) -> None:
    """Returns where the instance still has what the snapshot was taken with. Raises Conflict that says what differs."""
    now = shape_of(snapshot.instance, has_memory=snapshot.has_memory)
    words = {
        "disks": "disks",
        "cpus": "number of CPUs",
        "memory_mib": "amount of memory",
        "nics": "network cards",
    }
    changed = [words[name] for name in now if now[name] != snapshot.shape.get(name)]
    if changed:
        raise Conflict(
            f"{snapshot.instance.name} had other {' and other '.join(changed)} when the snapshot {snapshot.name} was "
            "taken. Change that back first, or delete the snapshot."
        )


def _snapshots(instance: Instance, volume: Volume | None = None) -> list[InstanceSnapshot]:
    rows = InstanceSnapshot.objects.filter(instance=instance).exclude(state=states.DELETED)
    return [row for row in rows if volume is None or str(volume.uuid) in row.shape.get("disks", {})]


def _demand_none(instance: Instance, found: list[InstanceSnapshot], why: str, kind: str = "") -> None:
    if found:
        nouns, them = ("a snapshot", "it") if len(found) == 1 else (f"{len(found)} snapshots", "them")
        raise Conflict(
            f"The instance {instance.name} has {' '.join(filter(None, (nouns, kind)))}. {why} Delete {them} first."
        )


guards.register(check)
