"""Stopping an instance: its guest is shut down and taken from the host, whose room others may have then."""

from typing import ClassVar

from cloudportal.events import records
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import actions, states
from compute.services.instances import terms
from compute.workflows.ending import LeaveHost, ShutDown, settle_unfinished
from compute.workflows.subjects import instance_of


class FinishStop(Step):
    """Rows only."""

    name = "finish"
    label = "Say that it is stopped"

    def record(self, run: Run, result: None) -> None:
        """State and event; the meter stopped with the guest."""
        instance = instance_of(run)
        states.INSTANCE.move(instance, "stopped", drift={})
        records.completed(run.job.caller, "VM.STOP", terms.about(instance), job_uuid=run.job.uuid)


@workflow
class StopInstance(Workflow):
    """Off, gone from the host, room given back."""

    kind = "instance.stop"
    queue = "compute"
    label = "Stopping the instance"
    steps: ClassVar = (ShutDown, LeaveHost, FinishStop)
    action = actions.STOP

    def failed(self, run: Run) -> None:
        """It runs as before, or is stopped and can be started."""
        settle_unfinished(instance_of(run))

    def retry(self, run: Run) -> None:
        """As a new stop."""
        states.INSTANCE.move(instance_of(run), "stop")
