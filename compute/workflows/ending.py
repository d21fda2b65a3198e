"""The steps that bring a guest to rest: off, gone from its host, its claim given back. Stopping, destroying and
expunging share them. None can be taken back, and each bears that it is done already.
"""

from cloudportal.core import clock
from cloudportal.core.errors import Conflict
from cloudportal.drivers.errors import OutcomeUnknown
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step
from compute import states
from compute.claiming import release_host
from compute.drivers.contract import ComputeDriver
from compute.drivers.facts import GuestFacts, Power, PowerAction
from compute.models import Instance
from compute.services.instances import terms
from compute.topology.connections import CALL_SECONDS, compute_driver
from compute.workflows.building import forget_reservations, remove_guest
from compute.workflows.subjects import instance_of

STOP_TIMEOUT_SECONDS = 60


class ShutDown(Step):
    """The guest is off: asked first and given its time, then cut off; at once with `force`. Without `cut_power` one
    that does not shut down is let be.
    """

    name = "shut-down"
    label = "Shut the instance down"

    def act(self, run: Run) -> None:
        """Looks, asks, waits, looks again; a guest that is not there is off."""
        instance = instance_of(run)
        if instance.host is None:
            return
        timeout_seconds = float(run.arguments.get("timeout_seconds", STOP_TIMEOUT_SECONDS))
        limit_seconds = max(CALL_SECONDS, timeout_seconds)
        with compute_driver(instance.host, timeout_seconds=limit_seconds) as driver:
            if _is_off(driver.find_guest(instance.uuid)):
                return
            if not run.arguments.get("force") and _heeds(driver, instance, timeout_seconds):
                return
            if not run.arguments.get("force"):
                _note_deafness(run, instance, timeout_seconds)
            driver.set_power(instance.uuid, PowerAction.OFF, force=True)

    def record(self, run: Run, result: None) -> None:
        """From now on it does not run, whatever becomes of the job."""
        instance = instance_of(run)
        terms.stop_running(instance)
        Instance.objects.filter(pk=instance.pk).update(power=Power.OFF, power_seen_at=clock.now())


class LeaveHost(Step):
    """The guest and its addresses' reservations are gone from the host, and the claim is given back."""

    name = "leave-host"
    label = "Remove the instance from its host"

    def act(self, run: Run) -> None:
        """What is on disk and what its address is stay."""
        instance = instance_of(run)
        remove_guest(instance)
        forget_reservations(run, instance)

    def record(self, run: Run, result: None) -> None:
        """The host has room again."""
        release_host(instance_of(run))


def settle_unfinished(instance: Instance) -> None:
    """The state of an instance whose stopping or destroying failed: still running, or stopped where it came so far."""
    event = "failed" if terms.is_metered_as_running(instance) else "failed-stopped"
    states.INSTANCE.move(instance, event)


def _is_off(facts: GuestFacts | None) -> bool:
    return facts is None or facts.power is Power.OFF


def _note_deafness(run: Run, instance: Instance, timeout_seconds: float) -> None:
    """Says that the power is cut, or raises Conflict where nobody wanted that."""
    if not run.arguments.get("cut_power", True):
        raise Conflict(
            f"The instance {instance.name} was asked to shut down and did not within {timeout_seconds:.0f} s, so it "
            "still runs. Give it more time, or let its power be cut."
        )
    run.say(
        f"The instance did not shut down within {timeout_seconds:.0f} s, so its power is cut.",
        level="warning",
    )


def _heeds(driver: ComputeDriver, instance: Instance, timeout_seconds: float) -> bool:
    try:
        driver.set_power(instance.uuid, PowerAction.OFF, timeout_seconds=timeout_seconds)
    except OutcomeUnknown:
        return _is_off(driver.find_guest(instance.uuid))
    return True
