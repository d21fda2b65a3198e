"""Making a host match the rows, after an operator asked for it or the reconciler found it safe."""

from typing import ClassVar

from cloudportal.core.errors import Conflict, WrongState
from cloudportal.events import alerts, records
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import actions, states
from compute.claiming import release_host
from compute.models import Instance
from compute.reconcile.decisions import AT_REST
from compute.reconcile.drift import DRIFT_ALERT
from compute.services.instances import terms
from compute.topology.connections import compute_driver
from compute.topology.models import Host
from compute.workflows.building import EnsureGuest, EnsureNetworks, PowerOn
from compute.workflows.guards import remove_guards
from compute.workflows.subjects import instance_of, nics_of, runs_guests
from networking import network_work


class FinishRepair(Step):
    """Rows only."""

    name = "finish"
    label = "Say that it is as it should be"

    def record(self, run: Run, result: None) -> None:
        """The finding is dealt with."""
        instance = instance_of(run)
        Instance.objects.filter(pk=instance.pk).update(drift={})
        alerts.clear_alert(DRIFT_ALERT, str(instance.uuid))
        records.completed(run.job.caller, "VM.REPAIR", terms.about(instance), job_uuid=run.job.uuid)


@workflow
class RepairInstance(Workflow):
    """An instance that should run is made to run again on its host: made anew, resumed, or switched on."""

    kind = "instance.repair"
    queue = "compute"
    label = "Repairing the instance"
    steps: ClassVar = (EnsureNetworks, EnsureGuest, PowerOn, FinishRepair)
    action = actions.REPAIR_DRIFT

    def failed(self, run: Run) -> None:
        """Its rows stay as they are, and so does the finding."""

    def retry(self, run: Run) -> None:
        """As it is, where it should run still."""
        demand_running(instance_of(run))


def demand_running(instance: Instance) -> None:
    """Returns where the instance is to run. Raises WrongState: one that rests is not to be brought to life by this."""
    if instance.state != states.RUNNING:
        raise WrongState(noun="instance", state=instance.state, action="repair it", needed=states.RUNNING)


class RemoveStray(Step):
    """A guest that should not be on the host `arguments["host"]` is gone from there; cannot be taken back."""

    name = "remove-stray"
    label = "Remove what is left on the host"

    def act(self, run: Run) -> None:
        """Nothing is removed from a host on which the rows say that it runs."""
        instance = instance_of(run)
        host = Host.objects.select_related("cluster").get(uuid=run.arguments["host"])
        if instance.host_id == host.pk and instance.state not in AT_REST:
            raise Conflict(
                f"The instance {instance.name} belongs where it is by now, so nothing was removed."
            )
        with compute_driver(host) as driver:
            runs_guests(driver).remove_guest(instance.uuid)
            remove_guards(driver, nics_of(instance))
        for nic in nics_of(instance):
            run.check_lease()
            network_work.remove_reservation(nic.network, host, mac=nic.mac)
            if instance.host is not None and nic.address is not None:
                # Where one server answers for several hosts, what it was just told to forget is still needed.
                network_work.ensure_reservation(
                    nic.network, instance.host, mac=nic.mac, ip=nic.address.ip, hostname=instance.name
                )

    def record(self, run: Run, result: None) -> None:
        """An instance at rest has no claim on the host either."""
        instance = instance_of(run)
        is_there = instance.host is not None and str(instance.host.uuid) == run.arguments["host"]
        if is_there and instance.state in AT_REST:
            release_host(instance)


@workflow
class CleanInstance(Workflow):
    """A guest of ours on a host where it does not belong is removed from there. Its disks are left alone."""

    kind = "instance.clean"
    queue = "compute"
    label = "Clearing up after the instance"
    steps: ClassVar = (RemoveStray, FinishRepair)
    action = actions.REPAIR_DRIFT

    def failed(self, run: Run) -> None:
        """As RepairInstance."""

    def retry(self, run: Run) -> None:
        """As it is."""
