"""Putting the disks and NICs of a running guest back as the rows say, after somebody changed them at its host."""

from typing import ClassVar

from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import actions
from compute.models import Instance, VolumeAttachment
from compute.topology.connections import compute_driver
from compute.workflows.attach import attaches_disks
from compute.workflows.building import EnsureNetworks
from compute.workflows.nics import UNPLUG_SECONDS, rewire
from compute.workflows.repair import FinishRepair, demand_running
from compute.workflows.subjects import disk_of, host_of, instance_of
from storage.connections import ready_pool


class FitDisks(Step):
    """The guest has the disks of its rows; what it has beside them is taken out, media left alone."""

    name = "fit-disks"
    label = "Put the disks back"

    def act(self, run: Run) -> None:
        """What is too much goes first: it may be at the place of what is missing."""
        instance = instance_of(run)
        wished = {one.volume.locator: one for one in _attachments(instance)}
        with compute_driver(host_of(instance), timeout_seconds=UNPLUG_SECONDS) as driver:
            present = {disk.locator for disk in driver.guest(instance.uuid).disks if not disk.is_read_only}
            for locator in sorted(present - set(wished)):
                run.check_lease()
                attaches_disks(driver).detach_disk(instance.uuid, locator)
            for locator, attachment in wished.items():
                if locator in present:
                    continue
                run.check_lease()
                if attachment.volume.pool is not None:
                    with ready_pool(attachment.volume.pool, host=host_of(instance)) as pool:
                        pool.volume(attachment.volume.uuid)
                attaches_disks(driver).attach_disk(instance.uuid, disk_of(attachment))


class FitNics(Step):
    """The guest has the NICs of its rows, and no others."""

    name = "fit-nics"
    label = "Put the network cards back"

    def act(self, run: Run) -> None:
        """Their networks have been laid by the step before."""
        rewire(instance_of(run))


@workflow
class RefitInstance(Workflow):
    """A running instance whose parts were changed on its host has them again as its rows say, without a restart."""

    kind = "instance.refit"
    queue = "compute"
    label = "Putting disks and network cards back"
    steps: ClassVar = (EnsureNetworks, FitDisks, FitNics, FinishRepair)
    action = actions.REPAIR_DRIFT

    def failed(self, run: Run) -> None:
        """Its rows stay as they are, and so does the finding."""

    def retry(self, run: Run) -> None:
        """As it is, where it should run still."""
        demand_running(instance_of(run))


def _attachments(instance: Instance) -> list[VolumeAttachment]:
    rows = instance.attachments.select_related("volume__pool__host", "volume__zone")
    return list(rows.order_by("device_index"))
