"""Telling hosts of a network's new name servers, domain or MTU."""

from typing import ClassVar

from django.db import transaction

from cloudportal.drivers.errors import DriverError
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute.topology import states as topology_states
from networking import actions, network_work
from networking.models import Network, NetworkPlacement


class LayAnew(Step):
    """Cannot be taken back: the rows say what is so, and hosts that were not told get it with the next guest there."""

    name = "lay-anew"
    label = "Lay the network anew on its hosts"

    def act(self, run: Run) -> None:
        """Host by host; one that fails keeps none of the others from being told. Raises the first fault in the end."""
        network = Network.objects.select_related("zone").filter(uuid=run.subject_uuid).first()
        faults: list[DriverError] = []
        for placement in _placements(network) if network else ():
            run.check_lease()
            try:
                _lay(run, placement)
            except DriverError as fault:
                sentence = f"The host {placement.host.name} could not be told: {fault.sentence}"
                run.say(sentence, level="warning", for_operators=True)
                faults.append(fault)
        if faults:
            raise faults[0]

    def record(self, run: Run, result: None) -> None:
        """The event."""
        network = Network.objects.filter(uuid=run.subject_uuid).first()
        if network is not None:
            records.completed(run.job.caller, "NETWORK.UPDATE", About.of(network), job_uuid=run.job.uuid)


@workflow
class UpdateNetwork(Workflow):
    """In force, or in force as far as hosts could be told and no guest would have been cut off."""

    kind = "network.update"
    queue = "network"
    label = "Laying the network anew"
    steps: ClassVar = (LayAnew,)
    action = actions.UPDATE_NETWORK

    def retry(self, run: Run) -> None:
        """As it is."""


def _placements(network: Network) -> list[NetworkPlacement]:
    rows = network.placements.exclude(host__state=topology_states.REMOVING)
    return list(rows.select_related("network__zone", "host__cluster").order_by("host__name"))


def _lay(run: Run, placement: NetworkPlacement) -> None:
    facts = network_work.ensure_network_on_host(placement.network, placement.host)
    with transaction.atomic():
        network_work.record_network_on_host(placement.network, placement.host, facts)
    name = placement.host.name
    sentence = (
        f"It is in force on {name}."
        if facts.is_current
        else f"Instances run on it on {name}. It comes into force there when the last of them has stopped or left."
    )
    run.say(sentence, for_operators=True)
