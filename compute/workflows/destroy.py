"""Destroying an instance: stopped and put aside, so that it can be recovered for a while."""

from typing import ClassVar

from cloudportal.core import clock
from cloudportal.events import records
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import actions, states
from compute.models import Instance
from compute.services.instances import terms
from compute.services.instances.endings import demand_unprotected
from compute.workflows.ending import LeaveHost, ShutDown, settle_unfinished
from compute.workflows.subjects import instance_of


class FinishDestroying(Step):
    """Rows only."""

    name = "finish"
    label = "Put the instance aside"

    def record(self, run: Run, result: None) -> None:
        """State, limits, meters and event in one transaction."""
        instance = instance_of(run)
        put_aside(instance)
        records.completed(run.job.caller, "VM.DESTROY", terms.about(instance), job_uuid=run.job.uuid)


@workflow
class DestroyInstance(Workflow):
    """Off, gone from the host, put aside with its disk and its address."""

    kind = "instance.destroy"
    queue = "compute"
    label = "Destroying the instance"
    steps: ClassVar = (ShutDown, LeaveHost, FinishDestroying)
    action = actions.DESTROY

    def failed(self, run: Run) -> None:
        """It runs as before, or is stopped and can be started."""
        settle_unfinished(instance_of(run))

    def retry(self, run: Run) -> None:
        """As a new destroying, where nobody has protected it since."""
        instance = instance_of(run)
        demand_unprotected(instance)
        states.INSTANCE.move(instance, "destroy")


def put_aside(instance: Instance) -> None:
    """The instance is destroyed and counts for nothing; once, by the guarded move of its state. Rows only."""
    states.INSTANCE.move(instance, "destroyed", destroyed_at=clock.now(), drift={})
    terms.release(instance)
    terms.stop_all(instance)
