"""Snapshots of instances: taken, renamed, reverted to, deleted."""

from dataclasses import dataclass

from django.db import transaction

from cloudportal.core import names, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, WrongState
from cloudportal.events import meters, records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject, hold_of
from compute import snapshot_actions as actions
from compute import states
from compute.configuration import MOST_SNAPSHOTS
from compute.models import Instance, InstanceSnapshot
from compute.services import volume_rules
from compute.services.instances.holding import held_with, lock
from compute.topology.abilities import can, drivers_that_can
from compute.topology.models import Host
from compute.topology.services.rows import change, given
from storage import states as storage_states
from tenants.queries import settings_value
from tenants.services.standing import require_enabled

ABILITY = "SnapshotsGuests"


@dataclass(frozen=True, kw_only=True)
class NewInstanceSnapshot:
    """A snapshot as a caller wants it. With memory the instance must run; without it must be stopped."""

    name: str
    description: str = ""
    with_memory: bool = False


@dataclass(frozen=True, kw_only=True)
class SnapshotChanges:
    """What may be changed; None leaves it as it is."""

    name: str | None = None
    description: str | None = None


@transaction.atomic
def take(caller: Caller, instance: Instance, values: NewInstanceSnapshot) -> tuple[InstanceSnapshot, Job]:
    """A snapshot of an instance from the caller's own, and the job that takes it.

    Raises InvalidInput, WrongState, Busy, and Conflict where a disk or the host cannot, or there are too many.
    """
    actions.TAKE.permit(caller)
    require_enabled(instance.account)
    lock(instance)
    _demand_power(instance, values.with_memory, "take a snapshot of it")
    _demand_possible(instance)
    snapshot = InstanceSnapshot.objects.create(
        instance=instance,
        parent=InstanceSnapshot.objects.filter(instance=instance, is_current=True).first(),
        name=names.check_label(values.name),
        description=_checked(values.description),
        has_memory=values.with_memory,
        shape=volume_rules.shape_of(instance, has_memory=values.with_memory),
    )
    what = "its disks and its memory" if values.with_memory else "its disks"
    plans.note(
        "create", f"Keeps the instance {instance.name} as it is then: {what}.", noun="instance snapshot"
    )
    return snapshot, _submit(caller, snapshot, "instance-snapshot.take", "VMSNAPSHOT.CREATE")


@transaction.atomic
def update(caller: Caller, snapshot: InstanceSnapshot, changes: SnapshotChanges) -> InstanceSnapshot:
    """The snapshot under another name or description. Raises InvalidInput."""
    actions.UPDATE.permit(caller)
    values = given(changes)
    if "name" in values:
        values["name"] = names.check_label(values["name"])
    if "description" in values:
        values["description"] = _checked(values["description"])
    before, after = change(snapshot, values)
    records.record(caller, "VMSNAPSHOT.UPDATE", about(snapshot), before=before, after=after)
    plans.note("update", f"Changes the snapshot {snapshot.name}.", before=before, after=after)
    return snapshot


@transaction.atomic
def revert(caller: Caller, snapshot: InstanceSnapshot) -> Job:
    """The job that brings the instance back to the snapshot: one with memory while it runs, the others while stopped.

    Raises WrongState, Busy, and Conflict where the instance has other disks, or for memory another shape, than then.
    """
    actions.REVERT.permit(caller)
    demand_revertible(snapshot)
    instance = snapshot.instance
    plans.note(
        "revert",
        f"Brings the instance {instance.name} back to the snapshot {snapshot.name}; what it did since is gone.",
        noun="instance",
    )
    return _submit(caller, snapshot, "instance-snapshot.revert", "VMSNAPSHOT.REVERTTO")


def demand_revertible(snapshot: InstanceSnapshot) -> None:
    """Returns where the instance could come back to the snapshot now. Raises as `revert` does. Needs a transaction."""
    actions.REVERT.demand_state(snapshot)
    instance = snapshot.instance
    require_enabled(instance.account)
    lock(instance)
    _demand_power(instance, snapshot.has_memory, "revert it to this snapshot")
    volume_rules.demand_same_shape(snapshot)


@transaction.atomic
def delete(caller: Caller, snapshot: InstanceSnapshot) -> Job:
    """The job that deletes the snapshot from the instance's disks; what was taken after it stays. Raises Busy."""
    actions.DELETE.check(caller, snapshot)
    begin_deleting(snapshot)
    plans.note(
        "delete",
        f"Deletes the snapshot {snapshot.name} of {snapshot.instance.name}.",
        noun="instance snapshot",
    )
    return _submit(caller, snapshot, "instance-snapshot.delete", "VMSNAPSHOT.DELETE")


def begin_deleting(snapshot: InstanceSnapshot) -> None:
    """The snapshot is being deleted from disks that nobody moves meanwhile. Rows only. Raises WrongState."""
    instance = snapshot.instance
    lock(instance)
    if instance.state not in (states.RUNNING, states.STOPPED):
        raise WrongState(
            noun="instance", state=instance.state, action="delete its snapshot", needed="running or stopped"
        )
    states.SNAPSHOT.move(snapshot, "delete")


def end_with(instance: Instance) -> None:
    """The snapshots went with the disks of an instance that is expunged: their meters end. Rows only."""
    for snapshot in InstanceSnapshot.objects.filter(instance=instance).exclude(state=states.DELETED):
        going(snapshot)
        gone(snapshot, instance)


def going(snapshot: InstanceSnapshot) -> None:
    """Nobody goes back to it any more, whatever comes of taking it out of the disks. Rows only; may be repeated."""
    if snapshot.state != states.DELETING:
        states.SNAPSHOT.move(snapshot, "delete")


def gone(snapshot: InstanceSnapshot, instance: Instance) -> None:
    """It is in no disk any more: what came of it stands on what it came of, and its meter ends. Rows only."""
    InstanceSnapshot.objects.filter(parent=snapshot).update(parent=snapshot.parent_id)
    if snapshot.is_current and snapshot.parent_id:
        InstanceSnapshot.objects.filter(pk=snapshot.parent_id).update(is_current=True)
    states.SNAPSHOT.move(snapshot, "deleted", record="", is_current=False)
    meters.stop(meters.INSTANCE_SNAPSHOT, snapshot, instance.account.owner)


def left_half(instance: Instance) -> None:
    """Those that were on their way out of the disks of an instance that stays are good for deleting only. Rows only."""
    for snapshot in InstanceSnapshot.objects.filter(instance=instance, state=states.DELETING):
        states.SNAPSHOT.move(snapshot, "failed")


def about(snapshot: InstanceSnapshot) -> About:
    """The snapshot in events."""
    return About.of(snapshot, snapshot.instance.account.owner)


def _submit(caller: Caller, snapshot: InstanceSnapshot, kind: str, event_type: str) -> Job:
    instance = snapshot.instance
    job = jobs.submit(
        caller,
        kind,
        Subject.of(snapshot),
        owner=instance.account.owner,
        holds=[hold_of(snapshot), *held_with(instance)],
    )
    records.record(
        caller,
        event_type,
        about(snapshot),
        after={"instance": instance.name},
        stage="started",
        job_uuid=job.uuid,
    )
    return job


def _demand_power(instance: Instance, with_memory: bool, doing: str) -> None:
    needed = states.RUNNING if with_memory else states.STOPPED
    if instance.state != needed:
        how = "with its memory" if with_memory else "without its memory"
        raise WrongState(noun="instance", state=instance.state, action=f"{doing} {how}", needed=needed)


def _demand_possible(instance: Instance) -> None:
    most = settings_value(MOST_SNAPSHOTS.name, account=instance.account)
    rows = InstanceSnapshot.objects.filter(instance=instance).exclude(state=states.DELETED)
    if rows.count() >= most:
        raise Conflict(f"{instance.name} has {most} snapshots, as many as it may. Delete one of them first.")
    for one in instance.attachments.select_related("volume").order_by("device_index"):
        if one.volume.state != storage_states.READY:
            raise Conflict(f"The disk {one.volume.name} is not made yet. Start the instance once first.")
        if one.volume.format != "qcow2":
            raise Conflict(f"The disk {one.volume.name} is {one.volume.format}, which cannot hold snapshots.")
    hosts = Host.objects.filter(cluster__pod__zone=instance.zone, driver__in=drivers_that_can(ABILITY))
    if not (can(instance.host, ABILITY) if instance.host else hosts.exists()):
        raise Conflict(f"The hosts of {instance.name} cannot take snapshots of instances.")


def _checked(description: str) -> str:
    return names.check_label(description, field="description") if description.strip() else ""
