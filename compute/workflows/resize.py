"""Resizing an instance: a stopped one in its rows, to be made anew when it starts; a running one on its host."""

from typing import ClassVar

from cloudportal.core.errors import NoRoom
from cloudportal.events import records
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import actions, states
from compute.claiming import narrow_claim, widen_claim
from compute.drivers.facts import GuestFacts
from compute.models import Instance, ServiceOffering
from compute.services.instances import growth, terms
from compute.services.instances.resize import prepare_again
from compute.services.sizing import Size
from compute.topology.connections import compute_driver
from compute.workflows.ending import LeaveHost
from compute.workflows.subjects import host_of, instance_of, resizes_guests


class TakeSize(Step):
    """Rows only."""

    name = "take-size"
    label = "Write the size down"

    def record(self, run: Run, result: None) -> None:
        """Size, limits, meter and event in one transaction."""
        _take_wanted(run)


class WidenClaim(Step):
    """What the instance is to have more of is claimed on its host. Rows only."""

    name = "widen-claim"
    label = "Make room on the host"

    def record(self, run: Run, result: None) -> None:
        """Claimed, or nothing is changed."""
        size = growth.wanted_of(run.arguments)
        if not widen_claim(instance_of(run), size.cpus, size.memory_mib):
            raise NoRoom(
                reason="Its host has not that much left. Stop it first; it may then start on another."
            )

    def record_undo(self, run: Run, result: None) -> None:
        """The claim covers what the instance has."""
        instance = instance_of(run)
        has = _has(run, instance)
        narrow_claim(instance, has.cpus, has.memory_mib)


class GrowGuest(Step):
    """The guest has what it is to have, and so have the rows. What a guest has got it does not give back, so turning
    back only looks how far it came: the rows follow.
    """

    name = "grow-guest"
    label = "Give it CPUs and memory"

    def act(self, run: Run) -> None:
        """Given, while it runs."""
        instance, size = instance_of(run), growth.wanted_of(run.arguments)
        with compute_driver(host_of(instance)) as driver:
            resizes_guests(driver).grow_guest(instance.uuid, cpus=size.cpus, memory_mib=size.memory_mib)

    def record(self, run: Run, result: None) -> None:
        """Size, limits, meters and event in one transaction."""
        _take_wanted(run)

    def undo(self, run: Run) -> GuestFacts | None:
        """Looks at the guest."""
        with compute_driver(host_of(instance_of(run))) as driver:
            return driver.find_guest(run.subject_uuid)

    def record_undo(self, run: Run, result: GuestFacts | None) -> None:
        """What it has got by now."""
        if result is not None:
            run.notes["has"] = [result.cpus, result.memory_mib]


@workflow
class ResizeInstance(Workflow):
    """Of one that is stopped. What a stop that failed half-way left on a host is cleared away: it has the old size."""

    kind = growth.RESIZE
    queue = "compute"
    label = "Resizing the instance"
    steps: ClassVar = (LeaveHost, TakeSize)
    action = actions.RESIZE

    def failed(self, run: Run) -> None:
        """It is as large as it was."""
        growth.release(instance_of(run), growth.wanted_of(run.arguments))

    def retry(self, run: Run) -> None:
        """As a new resizing."""
        prepare_again(instance_of(run), _offering(run), growth.wanted_of(run.arguments), state=states.STOPPED)


@workflow
class GrowInstance(Workflow):
    """Of one that runs: room on its host first, then what it is to have."""

    kind = growth.GROW
    queue = "compute"
    label = "Resizing the instance"
    steps: ClassVar = (WidenClaim, GrowGuest)
    action = actions.RESIZE

    def failed(self, run: Run) -> None:
        """It is as large as its guest was found; what it did not get counts no longer."""
        instance, wanted = instance_of(run), growth.wanted_of(run.arguments)
        has = _has(run, instance)
        if has != Size.now(instance):
            is_whole = (has.cpus, has.memory_mib) == (wanted.cpus, wanted.memory_mib)
            growth.take(instance, _offering(run) if is_whole else instance.offering, has)
            run.say(f"The instance has {has.words} now: what a running guest has got it keeps.")
        growth.release(instance, wanted)

    def retry(self, run: Run) -> None:
        """As a new resizing."""
        prepare_again(instance_of(run), _offering(run), growth.wanted_of(run.arguments), state=states.RUNNING)


def _take_wanted(run: Run) -> None:
    instance = instance_of(run)
    growth.take(instance, _offering(run), growth.wanted_of(run.arguments))
    records.completed(run.job.caller, "VM.UPGRADE", terms.about(instance), job_uuid=run.job.uuid)


def _has(run: Run, instance: Instance) -> Size:
    """The size that the guest has reached, as far as is known, between the old one and the wanted one."""
    wanted = growth.wanted_of(run.arguments)
    cpus, memory_mib = run.notes.get("has", (instance.cpus, instance.memory_mib))
    reached = (
        min(max(cpus, instance.cpus), wanted.cpus),
        min(max(memory_mib, instance.memory_mib), wanted.memory_mib),
    )
    is_whole = reached == (wanted.cpus, wanted.memory_mib)
    mhz = wanted.cpu_mhz if is_whole else instance.cpu_mhz
    return Size(cpus=reached[0], cpu_mhz=mhz, memory_mib=reached[1])


def _offering(run: Run) -> ServiceOffering:
    return ServiceOffering.objects.get(uuid=run.arguments["offering"])
