"""Reinstalling an instance: a new root disk beside the old one, then in its place, and only then the old one goes."""

from dataclasses import replace
from typing import ClassVar

from django.db import transaction

from cloudportal.core import clock
from cloudportal.drivers.errors import NotThere
from cloudportal.events import records
from cloudportal.jobs import services as jobs
from cloudportal.jobs.run import Run
from cloudportal.jobs.services import Subject
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import states
from compute.drivers.facts import Power, PowerAction
from compute.drivers.specs import GuestSpec
from compute.models import Instance
from compute.services.instances import terms
from compute.topology.connections import compute_driver
from compute.workflows.building import PowerOn
from compute.workflows.reboot import GoDown
from compute.workflows.subjects import disk_of, host_of, instance_of, runs_guests, spec_of
from storage import states as storage_states
from storage import volume_work
from storage.drivers.contract import VolumeFacts
from storage.models import Template, Volume
from tenants.workflows.removal import caller_of_job


class MakeRoot(Step):
    """The new root disk, on the pool of the old one: whatever reaches that reaches both. Where the old one was never
    made, the new one is a wish like it.
    """

    name = "make-root"
    label = "Make the new disk"

    def act(self, run: Run) -> VolumeFacts | None:
        """A place promised in a transaction of its own, then the image, then the disk."""
        if not run.arguments["is_made"]:
            return None
        instance, new = instance_of(run), _volume(run, "new")
        pool = volume_work.pool_of(_volume(run, "old"))
        with transaction.atomic():
            run.show_progress(0, steps=len(ReinstallInstance.steps))
            volume_work.promise_place(run, new, pool)
        volume_work.ensure_image_on_pool(run, new, host=instance.host)
        run.check_lease()
        return volume_work.ensure_volume(run, new, host=instance.host, steps=len(ReinstallInstance.steps))

    def record(self, run: Run, result: VolumeFacts | None) -> None:
        """The new disk is ready."""
        if result is not None:
            volume_work.record_volume(run, _volume(run, "new"), result)

    def undo(self, run: Run) -> None:
        """Gone again."""
        if not _is_attached(run, "new"):
            volume_work.remove_volume(run, _volume(run, "new"), host=instance_of(run).host)

    def record_undo(self, run: Run, result: None) -> None:
        """A wish again; taken up late, nothing any more: it has been given up as an error since."""
        if not _is_attached(run, "new"):
            forget = volume_work.record_removed if run.was_given_up else volume_work.record_unmade
            forget(run, _volume(run, "new"))


class SwapRoot(Step):
    """The new disk takes the old one's place. Rows only."""

    name = "swap-root"
    label = "Put the new disk in place"

    def record(self, run: Run, result: None) -> None:
        """Attached, and its template is the instance's."""
        _attach(run, "new")

    def record_undo(self, run: Run, result: None) -> None:
        """The old one is in its place."""
        # Given up, it has been put back; by now another reinstallation may have deleted it.
        if _is_ours_to_undo(instance_of(run)) and not run.was_given_up:
            _attach(run, "old")


class RefitGuest(Step):
    """The guest, which is off, is made of its new disk. One that is nowhere is made when it is started."""

    name = "refit-guest"
    label = "Change the disk on its host"

    def act(self, run: Run) -> None:
        """As the rows say."""
        instance = instance_of(run)
        if instance.state == states.REINSTALLING:
            with compute_driver(host_of(instance)) as driver:
                runs_guests(driver).ensure_guest(spec_of(instance))

    def undo(self, run: Run) -> None:
        """Off, and made of its old disk; taken up late, of the disk that it has by now."""
        instance = instance_of(run)
        if instance.host is None or not _is_ours_to_undo(instance):
            return
        with compute_driver(instance.host) as driver:
            try:
                driver.set_power(instance.uuid, PowerAction.OFF, force=True)
            except NotThere:
                return
            spec = spec_of(instance) if run.was_given_up else _with_old_root(run, instance)
            runs_guests(driver).ensure_guest(spec)

    def record_undo(self, run: Run, result: None) -> None:
        """Nothing runs on either disk."""
        run.notes["is_off"] = True


class ComeUp(PowerOn):
    """On again, where it ran before."""

    def act(self, run: Run) -> None:
        """Power on, from the new disk."""
        if instance_of(run).state == states.REINSTALLING:
            super().act(run)

    def record(self, run: Run, result: None) -> None:
        """It runs."""
        run.notes["is_off"] = False


class FinishReinstalling(Step):
    """Rows only."""

    name = "finish"
    label = "Hand the instance over"

    def record(self, run: Run, result: None) -> None:
        """State and event, and a job for the old disk. That comes last, for what is deleted cannot be put back."""
        instance = instance_of(run)
        if instance.state == states.REINSTALLING:
            states.INSTANCE.move(instance, "reinstalled", power=Power.ON, power_seen_at=clock.now(), drift={})
        records.completed(run.job.caller, "VM.RESTORE", terms.about(instance), job_uuid=run.job.uuid)
        _let_go(run, _volume(run, "old"))


@workflow
class ReinstallInstance(Workflow):
    """Down if it runs, a new disk for the old one, up again if it ran."""

    kind = "instance.reinstall"
    queue = "compute"
    label = "Reinstalling the instance"
    steps: ClassVar = (GoDown, MakeRoot, SwapRoot, RefitGuest, ComeUp, FinishReinstalling)

    def failed(self, run: Run) -> None:
        """The instance has its old disk and runs if it did, or is stopped where it could not be brought up again."""
        instance = instance_of(run)
        _attach(run, "old")
        _drop(run, _volume(run, "new"))
        if instance.state != states.REINSTALLING:
            return
        if not run.notes.get("is_off"):
            states.INSTANCE.move(instance, "failed")
            return
        states.INSTANCE.move(instance, "failed-stopped", power=Power.OFF, power_seen_at=clock.now())
        terms.stop_running(instance)


def _is_ours_to_undo(instance: Instance) -> bool:
    """True while nobody has brought the instance to life since this job failed."""
    return instance.state in (states.REINSTALLING, states.STOPPED)


def _volume(run: Run, which: str) -> Volume:
    rows = Volume.objects.select_related(
        "pool__host", "template", "snapshot", "zone", "offering", "account__domain"
    )
    return rows.get(uuid=run.arguments[which])


def _is_attached(run: Run, which: str) -> bool:
    return instance_of(run).attachments.filter(volume__uuid=run.arguments[which]).exists()


def _attach(run: Run, which: str) -> None:
    """That disk is the instance's root disk, and what it goes with its template. Both disks stay held by the instance:
    neither is anybody else's to take.
    """
    instance, volume = instance_of(run), _volume(run, which)
    instance.attachments.filter(device_index=0).update(volume=volume)
    template = volume.template
    # Jobs that are older than these arguments do not have them.
    if f"{which}_template" in run.arguments:
        template = Template.objects.filter(uuid=run.arguments[f"{which}_template"]).first()
    Instance.objects.filter(pk=instance.pk).update(template=template)


def _with_old_root(run: Run, instance: Instance) -> GuestSpec:
    attachment = instance.attachments.get(device_index=0)
    attachment.volume = _volume(run, "old")
    spec = spec_of(instance)
    others = tuple(disk for disk in spec.disks if disk.device_index != 0)
    return replace(spec, disks=(disk_of(attachment), *others))


def _let_go(run: Run, volume: Volume) -> None:
    """The volume is nobody's root disk any more, and a job deletes it. Its state keeps others off, not a hold, which
    this job has until it is closed.
    """
    Volume.objects.filter(pk=volume.pk).update(held_by=None)
    storage_states.VOLUME.move(volume, "delete")
    jobs.submit(
        caller_of_job(run.job), "volume.delete", Subject.of(volume), owner=volume.account.owner, holds=()
    )


def _drop(run: Run, volume: Volume) -> None:
    """A new disk that came to nothing goes; one that may still lie on its pool stays in sight, to be deleted."""
    Volume.objects.filter(pk=volume.pk).update(held_by=None)
    if volume.state == storage_states.ALLOCATED:
        volume_work.record_removed(run, volume)
    elif volume.state != storage_states.DELETED:
        storage_states.VOLUME.move(volume, "delete")
        storage_states.VOLUME.move(volume, "failed")
