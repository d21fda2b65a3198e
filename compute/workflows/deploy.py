"""Deploying an instance: from rows to a running guest, or back to rows that can be tried again."""

from typing import ClassVar

from cloudportal.core import clock
from cloudportal.events import records
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import actions, states
from compute.drivers.facts import Power
from compute.services.instances import login, terms
from compute.services.instances.deploy import prepare_again
from compute.workflows.building import ClaimHost, EnsureGuest, EnsureNetworks, EnsureVolumes, PowerOn
from compute.workflows.subjects import instance_of
from tenants.workflows.removal import caller_of_job


class FinishDeployment(Step):
    """Rows only: from here on the instance is the tenant's, runs, and is metered."""

    name = "finish"
    label = "Hand the instance over"

    def record(self, run: Run, result: None) -> None:
        """State, meter and event in one transaction."""
        instance = instance_of(run)
        states.INSTANCE.move(instance, "deployed", power=Power.ON, power_seen_at=clock.now(), drift={})
        terms.start_running(instance)
        login.handed_over(instance)
        records.completed(run.job.caller, "VM.CREATE", terms.about(instance), job_uuid=run.job.uuid)


@workflow
class DeployInstance(Workflow):
    """Host, disk, network, guest, power."""

    kind = "instance.deploy"
    queue = "compute"
    label = "Deploying the instance"
    steps: ClassVar = (ClaimHost, EnsureVolumes, EnsureNetworks, EnsureGuest, PowerOn, FinishDeployment)
    action = actions.RETRY

    def failed(self, run: Run) -> None:
        """The instance is an error that counts for nothing; it can be tried again or expunged."""
        fail_deployment(run)

    def retry(self, run: Run) -> None:
        """As a new deployment of the same instance."""
        prepare_again(caller_of_job(run.job), instance_of(run))


def fail_deployment(run: Run) -> None:
    """State, limits and meters of an instance that was not deployed; once, by the guarded move of its state."""
    instance = instance_of(run)
    states.INSTANCE.move(instance, "failed")
    terms.release(instance)
    terms.stop_all(instance)
