"""Rebooting an instance: off and on again, each of which may be repeated, so that a lost worker never reboots twice."""

from typing import ClassVar

from cloudportal.core import clock
from cloudportal.drivers.errors import NotThere
from cloudportal.events import records
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import actions, states
from compute.drivers.facts import Power, PowerAction
from compute.services.instances import terms
from compute.topology.connections import compute_driver
from compute.workflows.building import PowerOn
from compute.workflows.ending import ShutDown
from compute.workflows.subjects import instance_of
from tenants.services.standing import require_enabled

# Where an instance is while a job has it down and means to bring it up again.
_DOWN = (states.REBOOTING, states.REINSTALLING)


class GoDown(ShutDown):
    """As stopping, but the meter runs on: a reboot is no pause that anybody asked for."""

    def record(self, run: Run, result: None) -> None:
        """Written down, so that a reboot that fails half-way is known to have left it off."""
        run.notes["is_off"] = True

    def undo(self, run: Run) -> None:
        """On again, where the guest still is. Given up, it counts as stopped: taken up late, it is off until it is
        started, even if it had come up after all.
        """
        instance = instance_of(run)
        if instance.host is None or instance.state not in (*_DOWN, states.RUNNING, states.STOPPED):
            return
        is_up = instance.state != states.STOPPED
        with compute_driver(instance.host) as driver:
            try:
                driver.set_power(instance.uuid, PowerAction.ON if is_up else PowerAction.OFF, force=not is_up)
            except NotThere:
                run.say(
                    "The instance is not on its host any more; the next comparison will tell.",
                    level="warning",
                )

    def record_undo(self, run: Run, result: None) -> None:
        """It runs as before."""
        run.notes["is_off"] = False


class ComeUp(PowerOn):
    """On again, on the same host."""

    def record(self, run: Run, result: None) -> None:
        """It runs."""
        run.notes["is_off"] = False


class FinishReboot(Step):
    """Rows only."""

    name = "finish"
    label = "Say that it runs again"

    def record(self, run: Run, result: None) -> None:
        """State and event."""
        instance = instance_of(run)
        states.INSTANCE.move(instance, "rebooted", power=Power.ON, power_seen_at=clock.now(), drift={})
        records.completed(run.job.caller, "VM.REBOOT", terms.about(instance), job_uuid=run.job.uuid)


@workflow
class RebootInstance(Workflow):
    """Down and up."""

    kind = "instance.reboot"
    queue = "compute"
    label = "Rebooting the instance"
    steps: ClassVar = (GoDown, ComeUp, FinishReboot)
    action = actions.REBOOT

    def failed(self, run: Run) -> None:
        """It runs as before; or, where it went down and could not be brought up, it is stopped with its host kept."""
        instance = instance_of(run)
        if not run.notes.get("is_off"):
            states.INSTANCE.move(instance, "failed")
            return
        states.INSTANCE.move(instance, "failed-stopped", power=Power.OFF, power_seen_at=clock.now())
        terms.stop_running(instance)

    def retry(self, run: Run) -> None:
        """As a new reboot."""
        instance = instance_of(run)
        require_enabled(instance.account)
        states.INSTANCE.move(instance, "reboot")
