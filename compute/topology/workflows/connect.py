"""Connecting a host: does it answer, what is it, and from then on it takes instances."""

from typing import ClassVar

from cloudportal.events import alerts, records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute.drivers.facts import HostFacts
from compute.topology import actions, observation, states
from compute.topology.connections import compute_driver
from compute.topology.models import Host
from compute.topology.services.hosts import UNREACHABLE_ALERT, alert_key

WHAT_TO_DO = "Check the host's settings and that it is on, then reconnect it."


class CheckHost(Step):
    """Nothing is changed on the host, so there is nothing to undo."""

    name = "check"
    label = "Ask the host whether it accepts us"

    def act(self, run: Run) -> None:
        """Returns when it does."""
        with compute_driver(_host(run)) as driver:
            driver.check()


class ReadFacts(Step):
    """Capacity, versions and how guests are accelerated."""

    name = "facts"
    label = "Ask the host what it is"

    def act(self, run: Run) -> HostFacts:
        """What it says."""
        with compute_driver(_host(run)) as driver:
            return driver.host_facts()

    def record(self, run: Run, result: HostFacts) -> None:
        """The host is up."""
        host = _host(run)
        observation.write(host, result)
        states.HOST.move(host, "connected")
        alerts.clear_alert(UNREACHABLE_ALERT, alert_key(host))
        run.say(
            f"{host.name} has {result.cpus} CPUs and {result.memory_mib} MiB and runs guests by "
            f"{result.acceleration}."
        )
        about = About.of(host)
        records.completed(run.job.caller, "HOST.RECONNECT", about, job_uuid=run.job.uuid)


@workflow
class ConnectHost(Workflow):
    """From connecting to up, or to unreachable with a sentence that says why."""

    kind = "host.connect"
    queue = "compute"
    label = "Connecting the host"
    steps: ClassVar = (CheckHost, ReadFacts)
    action = actions.RECONNECT_HOST

    def failed(self, run: Run) -> None:
        """The host stays, unreachable; the watch brings it up by itself once it answers."""
        host = Host.objects.filter(uuid=run.subject_uuid, state=states.CONNECTING).first()
        if host is not None:
            states.HOST.move(host, "lost", reason=f"{run.job.message} {WHAT_TO_DO}"[:500])

    def retry(self, run: Run) -> None:
        """As a reconnection."""
        states.HOST.move(_host(run), "reconnect", reason="")


def _host(run: Run) -> Host:
    return Host.objects.select_related("cluster").get(uuid=run.subject_uuid)
