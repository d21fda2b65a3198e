"""Deleting a network that nobody uses: taken from every host, then forgotten with its addresses."""

from typing import ClassVar

from django.db.models import ProtectedError

from cloudportal.core.errors import Conflict
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute.topology import states as topology_states
from networking import actions, network_work, states
from networking.models import Network
from networking.services import networks


class LeaveHosts(Step):
    """A network that a host lost comes back with the next guest there, so there is nothing to undo."""

    name = "leave-hosts"
    label = "Take the network from its hosts"

    def act(self, run: Run) -> None:
        """No host has it. Raises Conflict where somebody got an address in the moment of the deletion."""
        for network in Network.objects.filter(uuid=run.subject_uuid).select_related("zone"):
            networks.demand_unused(network)
            placements = network.placements.select_related("host__cluster")
            for placement in placements.exclude(host__state=topology_states.REMOVING):
                run.check_lease()
                network_work.remove_network_from_host(network, placement.host)


class Forget(Step):
    """Rows only."""

    name = "forget"
    label = "Forget the network and its addresses"

    def record(self, run: Run, result: None) -> None:
        """The rows are gone."""
        network = Network.objects.filter(uuid=run.subject_uuid).first()
        if network is None:
            return
        about = About.of(network)
        try:
            network.addresses.all().delete()
            network.delete()
        except ProtectedError as error:
            raise Conflict(
                f"Instances still have NICs in {network.name}, so it stays. Expunge them and delete it again."
            ) from error
        records.completed(run.job.caller, "NETWORK.DELETE", about, job_uuid=run.job.uuid)


@workflow
class DeleteNetwork(Workflow):
    """Gone, or kept as it was."""

    kind = "network.delete"
    queue = "network"
    label = "Deleting the network"
    steps: ClassVar = (LeaveHosts, Forget)
    action = actions.DELETE_NETWORK

    def failed(self, run: Run) -> None:
        """The network stays; hosts that lost it get it again with their next guest."""
        network = Network.objects.filter(uuid=run.subject_uuid, state=states.DELETING).first()
        if network is not None:
            states.NETWORK.move(network, "keep")

    def retry(self, run: Run) -> None:
        """Deletes it again, where nobody uses it."""
        network = Network.objects.get(uuid=run.subject_uuid)
        states.NETWORK.move(network, "delete")
        networks.demand_unused(network)
