"""Giving a network card one more address and taking one from it, whether its instance runs or not.

An address is a row from the beginning and to the end, so that nobody has it while the guest might still use it. While
it goes its row says so, and whoever tells a host of the card meanwhile, for whatever reason, leaves it out.
"""

from typing import ClassVar

from django.db import transaction

from cloudportal.events import records
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import guarding
from compute import nic_actions as actions
from compute.models import SecondaryAddress
from compute.services.nics.submitting import about, demand_able
from compute.workflows.building import free_secondary
from compute.workflows.nics import nic_of, rewire
from compute.workflows.subjects import instance_of


class LetPass(Step):
    """The guest may use one more address."""

    name = "let-pass"
    label = "Let the address pass"

    def act(self, run: Run) -> None:
        """What the guest reads, and what its host lets pass, is as its rows."""
        rewire(instance_of(run))

    def undo(self, run: Run) -> None:
        """Without the address; taken up late and stuck once more, it counts as the NIC's again."""
        _set_leaving(run, True)
        try:
            rewire(instance_of(run))
        except Exception:
            # Nothing settles a job twice, and an address that leaves for ever could not be removed.
            if run.was_given_up:
                _set_leaving(run, False)
            raise

    def record_undo(self, run: Run, result: None) -> None:
        """The address is given back."""
        _free(run)


class FinishAddingAddress(Step):
    """Rows only."""

    name = "finish"
    label = "Say that it may be used"

    def record(self, run: Run, result: None) -> None:
        """The event."""
        _record_event(run, "NIC.SECONDARY.IP.ASSIGN")


@workflow
class AddAddress(Workflow):
    """The NIC's to use, or free again."""

    kind = "instance.add-address"
    queue = "compute"
    label = "Adding the address"
    steps: ClassVar = (LetPass, FinishAddingAddress)

    def failed(self, run: Run) -> None:
        """Undone, the address is free. Where the undo is stuck it counts as the NIC's, and can be removed."""
        _set_leaving(run, False)


class Withdraw(Step):
    """The guest may use the address no longer."""

    name = "withdraw"
    label = "Stop the address"

    def act(self, run: Run) -> None:
        """Without the address."""
        _set_leaving(run, True)
        rewire(instance_of(run))

    def undo(self, run: Run) -> None:
        """With it again."""
        _set_leaving(run, False)
        rewire(instance_of(run))


class FinishRemovingAddress(Step):
    """Rows only."""

    name = "finish"
    label = "Free the address"

    def record(self, run: Run, result: None) -> None:
        """It is others' to have."""
        _record_event(run, "NIC.SECONDARY.IP.UNASSIGN")
        _free(run)


@workflow
class RemoveAddress(Workflow):
    """Free, or the NIC's as before."""

    kind = "instance.remove-address"
    queue = "compute"
    label = "Removing the address"
    steps: ClassVar = (Withdraw, FinishRemovingAddress)
    action = actions.REMOVE_ADDRESS

    def retry(self, run: Run) -> None:
        """As it is, where its NICs may be changed now."""
        demand_able(instance_of(run), "remove an address")

    def failed(self, run: Run) -> None:
        """The NIC's to use, also where the undo is stuck."""
        _set_leaving(run, False)


def _secondary_of(run: Run) -> SecondaryAddress | None:
    """The secondary address that the job is about, None once it is gone."""
    rows = SecondaryAddress.objects.select_related("address__network", "nic")
    return rows.filter(uuid=run.arguments["address"]).first()


@transaction.atomic
def _set_leaving(run: Run, is_leaving: bool) -> None:
    row = _secondary_of(run)
    if row is not None and row.is_leaving != is_leaving:
        SecondaryAddress.objects.filter(pk=row.pk).update(is_leaving=is_leaving)
        guarding.mark([row.nic_id])


def _free(run: Run) -> None:
    row = _secondary_of(run)
    if row is not None:
        free_secondary(run, row)


def _record_event(run: Run, event_type: str) -> None:
    """The event about the NIC whose address came or went."""
    nic, row = nic_of(run), _secondary_of(run)
    if nic is not None and row is not None:
        after = {"ip": row.address.ip}
        records.completed(run.job.caller, event_type, about(nic), after=after, job_uuid=run.job.uuid)
