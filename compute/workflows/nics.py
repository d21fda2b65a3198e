"""Changing the network cards of an instance: on its host where it is on one, else in its rows until it starts.

A card that comes is a row from the beginning and is taken away again where the job fails; one that goes stays a row to
the end, so that nobody has its address while the guest might still use it.
"""

from typing import ClassVar
from uuid import UUID

from django.db import transaction

from cloudportal.drivers.errors import Unsupported
from cloudportal.events import records
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import guarding
from compute import membership as members
from compute import nic_actions as actions
from compute.drivers.contract import ComputeDriver
from compute.drivers.nics import PlugsNics
from compute.models import Instance, Nic
from compute.services.nics import defaults
from compute.services.nics.plugging import demand_spare
from compute.services.nics.submitting import about, demand_able
from compute.topology.connections import compute_driver
from compute.workflows.guards import ensure_guards, remove_guards
from compute.workflows.subjects import guest_data_of, instance_of, nics_of
from compute.workflows.wiring import nic_specs
from networking import network_work
from networking.drivers.contract import NetworkFacts
from networking.models import SecurityGroup
from tenants.workflows.removal import caller_of_job

# A guest that was asked to let go of a card is given this long.
UNPLUG_SECONDS = 60.0


def nic_of(run: Run) -> Nic | None:
    """The NIC that the job is about, None once it is gone."""
    rows = Nic.objects.select_related("network__zone", "address", "instance__account__domain")
    return rows.filter(uuid=run.arguments["nic"]).first()


def rewire(instance: Instance, *, without: UUID | None = None) -> None:
    """The guest has the NICs of its rows, but for one that is about to go. Nothing to do where it is on no host."""
    if instance.host is None:
        return
    with compute_driver(instance.host, timeout_seconds=UNPLUG_SECONDS) as driver:
        if driver.find_guest(instance.uuid) is None:
            return
        nics = nics_of(instance)
        ensure_guards(driver, nics, without=without)
        plugs_nics(driver).ensure_nics(
            instance.uuid,
            nic_specs(instance, instance.host, without=without),
            guest_data_of(instance, without=without),
        )
        remove_guards(driver, [nic for nic in nics if nic.uuid == without])


def plugs_nics(driver: ComputeDriver) -> PlugsNics:
    """The same driver as one that changes NICs. Raises Unsupported."""
    if not isinstance(driver, PlugsNics):
        raise Unsupported(detail=f"the driver {driver.name} cannot change NICs")
    return driver


class ReserveAddress(Step):
    """The NIC's network laid on the host, and its address reserved there."""

    name = "reserve-address"
    label = "Prepare the network"

    def act(self, run: Run) -> NetworkFacts | None:
        """Nothing to do where the instance is on no host."""
        nic, host = nic_of(run), instance_of(run).host
        if nic is None or nic.address is None or host is None:
            return None
        facts = network_work.ensure_network_on_host(nic.network, host)
        network_work.ensure_reservation(
            nic.network, host, mac=nic.mac, ip=nic.address.ip, hostname=nic.instance.name
        )
        return facts

    def record(self, run: Run, result: NetworkFacts | None) -> None:
        """Where the network is found on the host."""
        nic, host = nic_of(run), instance_of(run).host
        if result is not None and nic is not None and host is not None:
            network_work.record_network_on_host(nic.network, host, result)

    def undo(self, run: Run) -> None:
        """The host forgets the address."""
        nic, host = nic_of(run), instance_of(run).host
        if nic is not None and host is not None and not _is_in_use(run, nic):
            network_work.remove_reservation(nic.network, host, mac=nic.mac)

    def record_undo(self, run: Run, result: None) -> None:
        """The NIC and its address are given back: nobody may have the address while the guest might still use it."""
        nic = nic_of(run)
        if nic is not None and not _is_in_use(run, nic):
            give_up(run, nic)


class Plug(Step):
    """The guest has one more NIC."""

    name = "plug"
    label = "Plug the network card in"

    def act(self, run: Run) -> None:
        """The guest's NICs are as its rows."""
        rewire(instance_of(run))

    def undo(self, run: Run) -> None:
        """It has all but the new one."""
        nic = nic_of(run)
        if nic is None or not _is_in_use(run, nic):
            rewire(instance_of(run), without=UUID(run.arguments["nic"]))


class FinishAdding(Step):
    """Rows only."""

    name = "finish"
    label = "Say that it is there"

    def record(self, run: Run, result: None) -> None:
        """The event."""
        nic = nic_of(run)
        if nic is not None:
            records.completed(run.job.caller, "NIC.CREATE", about(nic), job_uuid=run.job.uuid)


@workflow
class AddNic(Workflow):
    """There, or gone again with its address."""

    kind = "instance.add-nic"
    queue = "compute"
    label = "Adding the network card"
    steps: ClassVar = (ReserveAddress, Plug, FinishAdding)

    def failed(self, run: Run) -> None:
        """Undone, the NIC is gone. Where the undo is stuck it counts as plugged in, and can be removed."""


class Unplug(Step):
    """The guest has let go of the NIC."""

    name = "unplug"
    label = "Take the network card out"

    def act(self, run: Run) -> None:
        """The guest's NICs are those of its rows, without this one."""
        rewire(instance_of(run), without=UUID(run.arguments["nic"]))

    def undo(self, run: Run) -> None:
        """It has it again."""
        rewire(instance_of(run))


class ForgetAddress(Step):
    """The host reserves nothing for the NIC."""

    name = "forget-address"
    label = "Give the address back on the host"

    def act(self, run: Run) -> None:
        """Nothing to do where the instance is on no host."""
        nic, host = nic_of(run), instance_of(run).host
        if nic is not None and host is not None:
            network_work.remove_reservation(nic.network, host, mac=nic.mac)

    def undo(self, run: Run) -> None:
        """It does again."""
        ReserveAddress().act(run)


class FinishRemoving(Step):
    """Rows only."""

    name = "finish"
    label = "Free its addresses"

    def record(self, run: Run, result: None) -> None:
        """The NIC is gone, and its addresses are others' to have."""
        nic = nic_of(run)
        if nic is not None:
            records.completed(run.job.caller, "NIC.DELETE", about(nic), job_uuid=run.job.uuid)
            give_up(run, nic)


@workflow
class RemoveNic(Workflow):
    """Gone, or as it was."""

    kind = "instance.remove-nic"
    queue = "compute"
    label = "Removing the network card"
    steps: ClassVar = (Unplug, ForgetAddress, FinishRemoving)
    action = actions.REMOVE

    def retry(self, run: Run) -> None:
        """As it is, unless the instance leans on the NIC by now."""
        demand_able(instance_of(run), "remove a network card")
        nic = nic_of(run)
        if nic is not None:
            demand_spare(nic)


class Rewire(Step):
    """The guest's NICs as its rows."""

    name = "rewire"
    label = "Change the instance on its host"

    def act(self, run: Run) -> None:
        """Makes them so."""
        rewire(instance_of(run))

    def undo(self, run: Run) -> None:
        """Makes them as they were before; taken up late, as they are by now."""
        if not run.was_given_up:
            put_back(run)
        rewire(instance_of(run))


class FinishUpdating(Step):
    """Rows only."""

    name = "finish"
    label = "Say that it is so"

    def record(self, run: Run, result: None) -> None:
        """The event."""
        nic = nic_of(run)
        if nic is not None:
            records.completed(run.job.caller, "NIC.UPDATE", about(nic), job_uuid=run.job.uuid)


@workflow
class UpdateNic(Workflow):
    """Another default NIC, or a cable plugged in or pulled; or all as before."""

    kind = "instance.update-nic"
    queue = "compute"
    label = "Changing the network card"
    steps: ClassVar = (Rewire, FinishUpdating)

    def failed(self, run: Run) -> None:
        """The rows are as before."""
        put_back(run)


@transaction.atomic
def put_back(run: Run) -> None:
    """The rows as they were before the change; may be done again. Rows, and jobs for whoever is told of groups."""
    nic = nic_of(run)
    before = run.arguments["before"]
    if nic is None:
        return
    if "groups" in before:
        _put_groups_back(run, nic, before["groups"])
    if "is_linked" in before:
        Nic.objects.filter(pk=nic.pk).update(is_linked=before["is_linked"])
    old = nic.instance.nics.filter(uuid=before.get("default")).first()
    if old is not None:
        defaults.choose(nic.instance, old)


def _put_groups_back(run: Run, nic: Nic, uuids: list[str]) -> None:
    groups = SecurityGroup.objects.select_related("account__domain")
    now, before = set(groups.filter(nics=nic)), set(groups.filter(uuid__in=uuids))
    if now != before:
        nic.groups.set(before)
        guarding.mark([nic.pk])
        # Others may have been told of the change already.
        members.members_changed(caller_of_job(run.job), now | before)


def _is_in_use(run: Run, nic: Nic) -> bool:
    """True where its instance was made to lean on the NIC after its adding had failed and was not cleaned up."""
    return run.was_given_up and nic.is_default


def give_up(run: Run, nic: Nic) -> None:
    """The NIC's row is gone and its addresses are free. Rows only."""
    groups = list(nic.groups.select_related("account__domain"))
    held = [(row.address, row.uuid) for row in nic.secondary_addresses.select_related("address__network")]
    if nic.address is not None:
        held.append((nic.address, nic.uuid))
    nic.delete()
    members.members_changed(caller_of_job(run.job), groups)
    for address, holder in held:
        network_work.record_address_released(run, address, held_by=holder)
