"""What an expunged instance leaves in the disks that outlive it: nothing of its snapshots.

They lie within the files of the data volumes too. Whoever attaches such a volume next would carry a copy along, unseen,
of what was on it once and has been deleted since.
"""

from django.db import transaction

from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step
from compute import states
from compute.models import Instance, InstanceSnapshot
from compute.services import instance_snapshots
from compute.topology.connections import compute_driver
from compute.topology.models import Host
from compute.workflows.bare_guests import ensure_bare, host_for, remove_bare
from compute.workflows.snapshots import SNAPSHOT_SECONDS, known_of, snapshots_guests
from compute.workflows.subjects import instance_of
from storage.models import Volume


class ForgetSnapshots(Step):
    """The data volumes are rid of them; at once where there are none. Cannot be taken back, and may be repeated.

    Each is written off before it is taken out, and written down as gone after it, in transactions of their own: where
    the rest comes to nothing and the instance is recovered, no row promises what is in its disks no more.
    """

    name = "forget-snapshots"
    label = "Delete its snapshots from the disks that are kept"

    def act(self, run: Run) -> bool:
        """Reaches into the disks by a bare guest, as the instance is on no host any more. True where there were any."""
        instance = instance_of(run)
        found = _to_forget(instance)
        if found:
            host = host_for(instance)
            ensure_bare(instance, host)
            _forget(run, instance, found, host)
            remove_bare(instance, host)
        return bool(found)

    def record(self, run: Run, result: bool) -> None:
        """What is in no disk any more nobody can come back to."""
        if result:
            instance_snapshots.end_with(instance_of(run))

    def undo(self, run: Run) -> None:
        """The bare guest is gone."""
        instance = instance_of(run)
        if _to_forget(instance):
            remove_bare(instance, host_for(instance))


def _forget(run: Run, instance: Instance, found: list[InstanceSnapshot], host: Host) -> None:
    with compute_driver(host, timeout_seconds=SNAPSHOT_SECONDS) as driver:
        for one in found:
            with transaction.atomic():
                run.check_lease()
                instance_snapshots.going(one)
            snapshots_guests(driver).remove_guest_snapshot(instance.uuid, known_of(one))
            with transaction.atomic():
                run.check_lease()
                one.refresh_from_db(fields=["parent", "is_current"])
                instance_snapshots.gone(one, instance)


def _to_forget(instance: Instance) -> list[InstanceSnapshot]:
    """All snapshots where one of them lies in a disk that is kept; else they go with the root disk."""
    rows = instance.attachments.filter(volume__kind=Volume.DATA).values_list("volume__uuid", flat=True)
    kept = {str(uuid) for uuid in rows}
    snapshots = list(InstanceSnapshot.objects.filter(instance=instance).exclude(state=states.DELETED))
    return snapshots if any(kept & one.shape["disks"].keys() for one in snapshots) else []
