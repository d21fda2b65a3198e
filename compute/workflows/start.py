"""Starting a stopped instance: on the host where it ran last, or on another that has room."""

from typing import ClassVar

from cloudportal.core import clock
from cloudportal.events import records
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import actions, states
from compute.drivers.facts import Power
from compute.services.instances import login, terms
from compute.services.instances.lease_terms import demand_current
from compute.workflows.building import ClaimHost, EnsureGuest, EnsureNetworks, EnsureVolumes, PowerOn
from compute.workflows.subjects import instance_of
from tenants.services.standing import require_enabled


class FinishStart(Step):
    """Rows only."""

    name = "finish"
    label = "Say that it runs"

    def record(self, run: Run, result: None) -> None:
        """State, meter and event in one transaction."""
        instance = instance_of(run)
        states.INSTANCE.move(instance, "started", power=Power.ON, power_seen_at=clock.now(), drift={})
        terms.start_running(instance)
        login.handed_over(instance)
        records.completed(run.job.caller, "VM.START", terms.about(instance), job_uuid=run.job.uuid)


@workflow
class StartInstance(Workflow):
    """As deploying, without a new disk where there is one."""

    kind = "instance.start"
    queue = "compute"
    label = "Starting the instance"
    steps: ClassVar = (ClaimHost, EnsureVolumes, EnsureNetworks, EnsureGuest, PowerOn, FinishStart)
    action = actions.START

    def failed(self, run: Run) -> None:
        """It is stopped, as before."""
        states.INSTANCE.move(instance_of(run), "failed")

    def retry(self, run: Run) -> None:
        """As a new start."""
        instance = instance_of(run)
        require_enabled(instance.account)
        demand_current(instance)
        states.INSTANCE.move(instance, "start")
