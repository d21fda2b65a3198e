"""Taking, reverting to and deleting snapshots of instances.

They lie in the disks, and only a host with the guest can reach into those. A stopped instance is on no host, so its
bare guest is put on one for the time of the job: never switched on, and gone again at the end.
"""

from typing import ClassVar

from cloudportal.core import clock
from cloudportal.drivers.errors import Unsupported
from cloudportal.events import meters, records
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import snapshot_actions as actions
from compute import states
from compute.drivers.contract import ComputeDriver
from compute.drivers.facts import Power
from compute.drivers.snapshots import GuestSnapshot, SnapshotsGuests
from compute.models import Instance, InstanceSnapshot
from compute.services import instance_snapshots
from compute.services.instance_snapshots import about, gone
from compute.topology.connections import compute_driver
from compute.topology.models import Host
from compute.workflows.bare_guests import ensure_bare, host_for, remove_bare

# What is in memory is written to the disk, of which a slow one takes a while for much memory.
SNAPSHOT_SECONDS = 900.0


class Prepare(Step):
    """A stopped instance gets its bare guest on a host; a running one is on its own already."""

    name = "prepare"
    label = "Reach the instance's disks"

    def act(self, run: Run) -> str:
        """The host's uuid."""
        snapshot = snapshot_of(run)
        host = host_for(snapshot.instance)
        _ensure_bare(snapshot.instance, host)
        return str(host.uuid)

    def record(self, run: Run, result: str) -> None:
        """Where the next steps find the guest."""
        run.notes["host"] = result

    def undo(self, run: Run) -> None:
        """The bare guest is gone."""
        _remove_bare(run)


class Finish(Step):
    """The bare guest of a stopped instance goes; the subclass writes down what was done."""

    name = "finish"
    label = "Say that it is done"

    def act(self, run: Run) -> None:
        """Nothing is left on the host of an instance that is on none."""
        _remove_bare(run)


class Take(Step):
    """Idempotent by the snapshot's uuid."""

    name = "take"
    label = "Take the snapshot"

    def act(self, run: Run) -> GuestSnapshot:
        """The snapshot as its driver needs it again."""
        snapshot = snapshot_of(run)
        with _driver(run, snapshot.instance) as driver:
            return snapshots_guests(driver).take_guest_snapshot(
                snapshot.instance.uuid, snapshot.uuid, with_memory=snapshot.has_memory
            )

    def record(self, run: Run, result: GuestSnapshot) -> None:
        """Kept for whoever comes back to it."""
        InstanceSnapshot.objects.filter(uuid=run.subject_uuid).update(
            record=result.record, taken_at=clock.now()
        )

    def undo(self, run: Run) -> None:
        """The disks do not hold it."""
        _remove(run)


class FinishTaking(Finish):
    """The instance stands on it from now on."""

    def record(self, run: Run, result: None) -> None:
        """State, marker, meter and event."""
        snapshot = snapshot_of(run)
        states.SNAPSHOT.move(snapshot, "taken")
        _mark_current(snapshot.instance, snapshot)
        disks = sum(snapshot.shape["disks"].values())
        quantities = {
            "size_bytes": disks,
            "memory_mib": snapshot.instance.memory_mib if snapshot.has_memory else 0,
        }
        meters.start(
            meters.INSTANCE_SNAPSHOT,
            snapshot,
            snapshot.instance.account.owner,
            quantities,
            zone_uuid=snapshot.instance.zone.uuid,
        )
        records.completed(run.job.caller, "VMSNAPSHOT.CREATE", about(snapshot), job_uuid=run.job.uuid)


@workflow
class TakeInstanceSnapshot(Workflow):
    """From taking to ready, or to a failed one that is only good for deleting."""

    kind = "instance-snapshot.take"
    queue = "compute"
    label = "Taking a snapshot of the instance"
    steps: ClassVar = (Prepare, Take, FinishTaking)

    def failed(self, run: Run) -> None:
        """It stays in sight until somebody deletes it."""
        snapshot = snapshot_of(run)
        if snapshot.state == states.TAKING:
            states.SNAPSHOT.move(snapshot, "failed")


class Revert(Step):
    """May be repeated with the same end; there is no way back to what was there before."""

    name = "revert"
    label = "Bring the instance back"

    def act(self, run: Run) -> None:
        """The guest is as it was."""
        snapshot = snapshot_of(run)
        with _driver(run, snapshot.instance) as driver:
            snapshots_guests(driver).revert_guest(snapshot.instance.uuid, known_of(snapshot))

    def record(self, run: Run, result: None) -> None:
        """The instance stands on it, whatever becomes of the job."""
        snapshot = snapshot_of(run)
        _mark_current(snapshot.instance, snapshot)
        if snapshot.has_memory:
            Instance.objects.filter(pk=snapshot.instance_id).update(power=Power.ON, power_seen_at=clock.now())


class FinishReverting(Finish):
    """Rows only, beside the bare guest."""

    def record(self, run: Run, result: None) -> None:
        """The event."""
        snapshot = snapshot_of(run)
        records.completed(run.job.caller, "VMSNAPSHOT.REVERTTO", about(snapshot), job_uuid=run.job.uuid)


@workflow
class RevertInstance(Workflow):
    """The instance stays running or stopped, as it was."""

    kind = "instance-snapshot.revert"
    queue = "compute"
    label = "Bringing the instance back to a snapshot"
    steps: ClassVar = (Prepare, Revert, FinishReverting)
    action = actions.REVERT

    def retry(self, run: Run) -> None:
        """As a new revert: what has changed since may stand against it."""
        instance_snapshots.demand_revertible(snapshot_of(run))


class Remove(Step):
    """What is deleted cannot come back, so there is no undo; a try that fails can be repeated."""

    name = "remove"
    label = "Delete the snapshot"

    def act(self, run: Run) -> None:
        """The disks do not hold it."""
        _remove(run)


class FinishRemoving(Finish):
    """What came of it hangs on what it came of; the instance may stand there too."""

    def record(self, run: Run, result: None) -> None:
        """State, tree, meter and event."""
        snapshot = snapshot_of(run)
        gone(snapshot, snapshot.instance)
        records.completed(run.job.caller, "VMSNAPSHOT.DELETE", about(snapshot), job_uuid=run.job.uuid)


@workflow
class DeleteInstanceSnapshot(Workflow):
    """From deleting to deleted, or to a failed one that stays in sight."""

    kind = "instance-snapshot.delete"
    queue = "compute"
    label = "Deleting a snapshot of the instance"
    steps: ClassVar = (Prepare, Remove, FinishRemoving)
    action = actions.DELETE

    def failed(self, run: Run) -> None:
        """It stays, and can be deleted again."""
        snapshot = snapshot_of(run)
        if snapshot.state == states.DELETING:
            states.SNAPSHOT.move(snapshot, "failed")

    def retry(self, run: Run) -> None:
        """Deletes it again."""
        instance_snapshots.begin_deleting(snapshot_of(run))


def snapshot_of(run: Run) -> InstanceSnapshot:
    """The job's snapshot with its instance, as they are now."""
    rows = InstanceSnapshot.objects.select_related(
        "parent", "instance__account__domain", "instance__zone", "instance__host__cluster__pod"
    )
    return rows.get(uuid=run.subject_uuid)


def snapshots_guests(driver: ComputeDriver) -> SnapshotsGuests:
    """The same driver as one that takes snapshots of guests. Raises Unsupported."""
    if not isinstance(driver, SnapshotsGuests):
        raise Unsupported(detail=f"the driver {driver.name} cannot take snapshots of guests")
    return driver


def known_of(snapshot: InstanceSnapshot) -> GuestSnapshot:
    """The snapshot as its driver needs it again."""
    return GuestSnapshot(uuid=snapshot.uuid, has_memory=snapshot.has_memory, record=snapshot.record)


def _remove(run: Run) -> None:
    snapshot = snapshot_of(run)
    with _driver(run, snapshot.instance) as driver:
        snapshots_guests(driver).remove_guest_snapshot(snapshot.instance.uuid, known_of(snapshot))


def _mark_current(instance: Instance, snapshot: InstanceSnapshot | None) -> None:
    InstanceSnapshot.objects.filter(instance=instance, is_current=True).update(is_current=False)
    if snapshot is not None:
        InstanceSnapshot.objects.filter(pk=snapshot.pk).update(is_current=True)
        snapshot.is_current = True


def _driver(run: Run, instance: Instance) -> ComputeDriver:
    """The host's driver, with the guest there: a clean-up that comes late may find the bare one gone."""
    host = instance.host or _noted(run) or host_for(instance)
    _ensure_bare(instance, host)
    return compute_driver(host, timeout_seconds=SNAPSHOT_SECONDS)


def _noted(run: Run) -> Host | None:
    uuid = run.notes.get("host")
    return Host.objects.select_related("cluster__pod").filter(uuid=uuid).first() if uuid else None


def _is_at_rest(instance: Instance) -> bool:
    return instance.state == states.STOPPED


def _ensure_bare(instance: Instance, host: Host) -> None:
    if _is_at_rest(instance):
        ensure_bare(instance, host)


def _remove_bare(run: Run) -> None:
    instance = snapshot_of(run).instance
    host = _noted(run) or host_for(instance)
    # By now the instance may run, there or elsewhere, or be destroyed.
    if _is_at_rest(instance) or host.pk != instance.host_id:
        remove_bare(instance, host)
