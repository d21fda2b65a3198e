"""Expunging an instance: guest, root disk and addresses are gone for good, and its row is history."""

from typing import ClassVar

from django.db import transaction

from cloudportal.core import clock
from cloudportal.events import records
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import actions, states
from compute.models import AttachedIso, Instance
from compute.services import instance_snapshots
from compute.services.instances import terms
from compute.services.instances.endings import demand_unprotected
from compute.workflows.building import free_addresses
from compute.workflows.destroy import put_aside
from compute.workflows.ending import LeaveHost, ShutDown, settle_unfinished
from compute.workflows.forget_snapshots import ForgetSnapshots
from compute.workflows.subjects import instance_of, volumes_of
from storage import states as storage_states
from storage import volume_work
from storage.models import Volume


class PutAside(Step):
    """Rows only: an instance that still lived is destroyed first; from here on it cannot be recovered."""

    name = "put-aside"
    label = "Put the instance aside"

    def record(self, run: Run, result: None) -> None:
        """Destroyed where it was not yet, then being expunged."""
        instance = instance_of(run)
        if instance.state == states.DESTROYING:
            put_aside(instance)
            states.INSTANCE.move(instance, "expunge")


class RemoveVolumes(Step):
    """The root volume is deleted, and the data volumes that were chosen for it; others are set free. Cannot be taken
    back.
    """

    name = "remove-volumes"
    label = "Delete the root disk"

    def act(self, run: Run) -> None:
        """The pools do not have them. Each is on its way out before that is tried: what may be gone is no disk."""
        instance = instance_of(run)
        for volume in _going(instance):
            with transaction.atomic():
                run.show_progress(0, steps=len(ExpungeInstance.steps))
                if volume.state != storage_states.DELETING:
                    storage_states.VOLUME.move(volume, "delete")
            volume_work.remove_volume(run, volume, host=instance.last_host)

    def record(self, run: Run, result: None) -> None:
        """Their limits and meters end; nothing is attached any more."""
        instance = instance_of(run)
        for volume in _going(instance):
            volume_work.record_removed(run, volume)
        Volume.objects.filter(held_by=instance.uuid).update(held_by=None)
        instance_snapshots.end_with(instance)
        instance.attachments.all().delete()
        AttachedIso.objects.filter(instance=instance).delete()


class FinishExpunging(Step):
    """Rows only."""

    name = "finish"
    label = "Free its addresses"

    def record(self, run: Run, result: None) -> None:
        """Addresses are others' to have, and the instance is history."""
        instance = instance_of(run)
        free_addresses(run, instance)
        instance.nics.all().delete()
        instance.affinity_groups.clear()
        states.INSTANCE.move(
            instance, "expunged", expunged_at=clock.now(), user_data="", ssh_keys=[], drift={}
        )
        records.completed(run.job.caller, "VM.EXPUNGE", terms.about(instance), job_uuid=run.job.uuid)


@workflow
class ExpungeInstance(Workflow):
    """Off and gone from the host if it still was there, then its disk, then its addresses."""

    kind = "instance.expunge"
    queue = "compute"
    label = "Expunging the instance"
    steps: ClassVar = (ShutDown, LeaveHost, PutAside, ForgetSnapshots, RemoveVolumes, FinishExpunging)
    action = actions.EXPUNGE

    def failed(self, run: Run) -> None:
        """What had lived lives on as it was found; what was on its way out stays destroyed, to be tried again."""
        instance = instance_of(run)
        instance_snapshots.left_half(instance)
        for volume in volumes_of(instance):
            if volume.state == storage_states.DELETING:
                storage_states.VOLUME.move(volume, "failed")
        if instance.state == states.DESTROYING:
            settle_unfinished(instance)
            return
        states.INSTANCE.move(instance, "failed", destroyed_at=instance.destroyed_at or clock.now())

    def retry(self, run: Run) -> None:
        """As a new expunging, or as a new destroying where it had not come further; where nobody has protected it."""
        instance = instance_of(run)
        demand_unprotected(instance)
        is_aside = states.INSTANCE.target(instance.state, "expunge") is not None
        states.INSTANCE.move(instance, "expunge" if is_aside else "destroy")


def _going(instance: Instance) -> list[Volume]:
    chosen = set(instance.attachments.filter(goes_too=True).values_list("volume_id", flat=True))
    return [one for one in volumes_of(instance) if one.kind == Volume.ROOT or one.pk in chosen]
