"""The ways to find snapshots of instances."""

from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from compute import snapshot_actions as actions
from compute import states
from compute.models import Instance, InstanceSnapshot


def instance_snapshots_for(caller: Caller) -> ScopedQuerySet[InstanceSnapshot]:
    """The snapshots of the caller's instances, in the order in which they were taken, without deleted ones."""
    actions.READ.permit(caller)
    rows = InstanceSnapshot.objects.for_caller(caller).exclude(state=states.DELETED)
    rows = rows.exclude(instance__state=states.EXPUNGED)
    return rows.select_related("instance__account__domain", "instance__zone", "instance__host", "parent")


def instance_snapshot_for(caller: Caller, uuid: UUID | str) -> InstanceSnapshot:
    """One of them. Raises NotFound."""
    return instance_snapshots_for(caller).one(uuid)


def tree_of(instance: Instance) -> list[tuple[int, InstanceSnapshot]]:
    """The instance's snapshots with how deep each stands in the tree, each after what it came of."""
    rows = InstanceSnapshot.objects.filter(instance=instance).exclude(state=states.DELETED).order_by("pk")
    below: dict[int | None, list[InstanceSnapshot]] = {}
    known = {row.pk for row in rows}
    for row in rows:
        below.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)
    found: list[tuple[int, InstanceSnapshot]] = []
    waiting = [(0, row) for row in reversed(below.get(None, []))]
    while waiting:
        depth, row = waiting.pop()
        found.append((depth, row))
        waiting += [(depth + 1, child) for child in reversed(below.get(row.pk, []))]
    return found
