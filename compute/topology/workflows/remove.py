"""Removing a host: what the portal laid on it is taken away, then it is forgotten."""

from typing import ClassVar

from django.db.models import ProtectedError

from cloudportal.core.errors import Conflict
from cloudportal.drivers.errors import Unreachable
from cloudportal.events import alerts, records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute.topology import actions, departures, states
from compute.topology.dependants import demand_none
from compute.topology.models import Host
from compute.topology.services.hosts import UNREACHABLE_ALERT, alert_key


class ClearHost(Step):
    """What is taken away comes back by itself when an instance needs it, so there is nothing to undo."""

    name = "clear"
    label = "Take the portal's things from the host"

    def act(self, run: Run) -> None:
        """Every room takes away its own; a host that was unreachable already is let go as it is."""
        for host in Host.objects.filter(uuid=run.subject_uuid):
            for one in departures.clearings():
                run.check_lease()
                _clear(run, host, one)


class ForgetHost(Step):
    """Rows only."""

    name = "forget"
    label = "Forget the host"

    def record(self, run: Run, result: None) -> None:
        """The host is gone."""
        host = Host.objects.filter(uuid=run.subject_uuid).first()
        if host is None:
            return
        about = About.of(host)
        alerts.clear_alert(UNREACHABLE_ALERT, alert_key(host))
        try:
            host.delete()
        except ProtectedError as error:
            raise Conflict(
                f"Something began to use the host {host.name} meanwhile, so it stays. Look at it and try again."
            ) from error
        records.completed(run.job.caller, "HOST.DELETE", about, job_uuid=run.job.uuid)


def _clear(run: Run, host: Host, one: departures.Clearing) -> None:
    try:
        one.clear(host)
    except Unreachable:
        if not run.arguments.get("was_unreachable"):
            raise
        run.say(f"The host does not answer; its {one.name} stay behind on it.", level="warning")


@workflow
class RemoveHost(Workflow):
    """Gone, or kept as disabled."""

    kind = "host.remove"
    queue = "compute"
    label = "Removing the host"
    steps: ClassVar = (ClearHost, ForgetHost)
    action = actions.REMOVE_HOST

    def failed(self, run: Run) -> None:
        """The host stays, disabled."""
        host = Host.objects.filter(uuid=run.subject_uuid, state=states.REMOVING).first()
        if host is not None:
            states.HOST.move(host, "keep", reason=run.job.message[:500])

    def retry(self, run: Run) -> None:
        """Removes it again, where it is not in use."""
        host = Host.objects.get(uuid=run.subject_uuid)
        demand_none(host)
        states.HOST.move(host, "remove")
