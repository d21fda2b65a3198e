"""Deploying an instance that is to stay stopped: its disk and its guest are made when it is first started."""

from typing import ClassVar

from cloudportal.events import records
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import actions, states
from compute.services.instances import terms
from compute.services.instances.deploy import prepare_again
from compute.workflows.building import free_addresses
from compute.workflows.deploy import fail_deployment
from compute.workflows.subjects import instance_of
from tenants.workflows.removal import caller_of_job


class FinishAllocation(Step):
    """Rows only."""

    name = "finish"
    label = "Hand the instance over"

    def record(self, run: Run, result: None) -> None:
        """The instance is there, and stopped."""
        instance = instance_of(run)
        states.INSTANCE.move(instance, "deployed-stopped")
        records.completed(run.job.caller, "VM.CREATE", terms.about(instance), job_uuid=run.job.uuid)

    def record_undo(self, run: Run, result: None) -> None:
        """An instance that failed keeps no address."""
        instance = instance_of(run)
        if instance.state in (states.DEPLOYING, states.ERROR):
            free_addresses(run, instance)


@workflow
class AllocateInstance(Workflow):
    """Nothing is made outside."""

    kind = "instance.allocate"
    queue = "compute"
    label = "Setting the instance up"
    steps: ClassVar = (FinishAllocation,)
    action = actions.RETRY

    def failed(self, run: Run) -> None:
        """As a deployment that failed."""
        fail_deployment(run)

    def retry(self, run: Run) -> None:
        """As a new deployment of the same instance."""
        prepare_again(caller_of_job(run.job), instance_of(run))
