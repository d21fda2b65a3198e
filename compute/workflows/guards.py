"""Holding network cards to their security groups on the hosts where they are."""

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar
from uuid import UUID

from django.db.models import F

from cloudportal.drivers.errors import DriverError, Refused, Unsupported
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute import guarding
from compute.drivers.contract import ComputeDriver
from compute.drivers.guards import NicGuard
from compute.drivers.nics import GuardsNics
from compute.models import Instance, Nic
from compute.topology.connections import compute_driver
from compute.topology.models import Host
from networking.models import SecurityGroup

# A host is asked for so many at once: each takes it about a second.
AT_ONCE = 10


def ensure_guards(driver: ComputeDriver, nics: Sequence[Nic], *, without: UUID | None = None) -> None:
    """The host holds these NICs to what their rows say, also where those change meanwhile.

    One whose rules are too many stays as it was and keeps none of the others from being held; `without` leaves one out
    that is about to go. Raises Unsupported, and Refused in the end where one had too many rules.
    """
    if not isinstance(driver, GuardsNics):
        _demand_no_groups(driver, nics)
        return
    pending = [nic for nic in nics if nic.uuid != without]
    faults: list[guarding.TooManyRules] = []
    while pending:
        wanted = dict(
            Nic.objects.filter(pk__in=[nic.pk for nic in pending]).values_list("pk", "guard_wanted")
        )
        guards = _guards_of(pending, faults)
        told = driver.ensure_guards(tuple(guards)) if guards else {}
        # Whoever changed a rule since we read it has counted up, and what we told the host may be older than that.
        pending = [
            nic
            for nic in pending
            if nic.uuid in told and nic.pk in wanted and not _applied(nic, wanted[nic.pk], told[nic.uuid])
        ]
    if faults:
        raise Refused(
            "The security groups of a network card come to too many rules. Name fewer or larger networks.",
            detail=str(faults[0]),
        ) from faults[0]


def _guards_of(nics: Sequence[Nic], faults: list[guarding.TooManyRules]) -> list[NicGuard]:
    """The guards of those that can have one; why the others cannot is added to the faults."""
    found = []
    for nic in nics:
        try:
            found.append(guarding.guard_of(nic))
        except guarding.TooManyRules as fault:
            faults.append(fault)
    return found


def remove_guards(driver: ComputeDriver, nics: Sequence[Nic]) -> None:
    """The host has no guards of these NICs. Succeeds where there are none."""
    if isinstance(driver, GuardsNics) and nics:
        driver.remove_guards(tuple(nic.uuid for nic in nics))


def _applied(nic: Nic, number: int, digest: str) -> bool:
    rows = Nic.objects.filter(pk=nic.pk)
    current = rows.filter(guard_wanted=number)
    return bool(current.update(guard_applied=number, guard_digest=digest)) or not rows.exists()


def _demand_no_groups(driver: ComputeDriver, nics: Sequence[Nic]) -> None:
    if any(nic.network.has_groups for nic in nics):
        raise Unsupported(
            "The host cannot hold network cards to security groups.", detail=f"the driver {driver.name}"
        )


class ApplyRules(Step):
    """Every host holds the group's NICs to the rules as they are now. Cannot be taken back: the rows say what is so."""

    name = "apply-rules"
    label = "Apply the rules on the hosts"

    def act(self, run: Run) -> None:
        """Host by host; one that fails keeps none of the others from being told. Raises the first fault in the end."""
        group = SecurityGroup.objects.filter(uuid=run.subject_uuid).first()
        nics = _out_of_date(guarding.held_to(group)) if group else []
        faults: list[DriverError] = []
        for host, there in groupby(nics, key=lambda nic: nic.instance.host):
            if host is None:
                continue
            try:
                _tell(run, host, list(there))
            except DriverError as fault:
                sentence = f"The host {host.name} could not be told: {fault.sentence}"
                run.say(sentence, level="warning", for_operators=True)
                faults.append(fault)
        if faults:
            raise faults[0]

    def record(self, run: Run, result: None) -> None:
        """The event."""
        group = SecurityGroup.objects.select_related("account__domain").filter(uuid=run.subject_uuid).first()
        if group is not None:
            about = About.of(group, group.account.owner)
            records.completed(run.job.caller, "SG.UPDATE", about, job_uuid=run.job.uuid)


@workflow
class ApplySecurityGroup(Workflow):
    """The rules are in force, or in force as far as hosts could be told; the rest is told when it can be."""

    kind = "security-group.apply"
    queue = "network"
    label = "Applying the rules"
    steps: ClassVar = (ApplyRules,)

    def retry(self, run: Run) -> None:
        """As it is."""


def _out_of_date(keys: Sequence[int]) -> list[Nic]:
    rows = Nic.objects.filter(pk__in=keys, guard_applied__lt=F("guard_wanted")).exclude(instance__host=None)
    rows = rows.select_related("network", "address", "instance__host__cluster")
    return list(rows.order_by("instance__host", "pk"))


def _tell(run: Run, host: Host, nics: list[Nic]) -> None:
    """A few at a time; those that the host cannot keep do not hold up the rest. Raises the first such fault in the
    end.
    """
    faults: list[Refused] = []
    with compute_driver(host) as driver:
        for first in range(0, len(nics), AT_ONCE):
            run.check_lease()
            try:
                ensure_guards(driver, nics[first : first + AT_ONCE])
            except Refused as fault:
                faults.append(fault)
        # One whose guest has left the host meanwhile has left with its guard, which we may just have made again.
        here = set(Instance.objects.filter(host=host, nics__in=nics).values_list("nics__pk", flat=True))
        remove_guards(driver, [nic for nic in nics if nic.pk not in here])
    if faults:
        raise faults[0]
