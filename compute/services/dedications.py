"""Keeping zones, pods, clusters and hosts for one domain or account, and giving them back to everybody."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput
from cloudportal.events import records
from cloudportal.events.records import About
from compute import placement_actions as actions
from compute.models import Instance
from compute.topology import queries as topology
from compute.topology.models import Dedication
from tenants.models import Account, Domain
from tenants.queries import account_for, domain_for

EXAMPLES = 3
FINDERS: dict[str, Any] = {
    "zone": topology.zone_for,
    "pod": topology.pod_for,
    "cluster": topology.cluster_for,
    "host": topology.host_for,
}


@dataclass(frozen=True, kw_only=True)
class DedicationValues:
    """What is kept for whom, by uuid: one of the four places, for a domain or for an account.

    `is_confining` also keeps the owner's new instances in the zone to what is dedicated to it.
    """

    zone: UUID | str | None = None
    pod: UUID | str | None = None
    cluster: UUID | str | None = None
    host: UUID | str | None = None
    domain: UUID | str | None = None
    account: UUID | str | None = None
    is_confining: bool = False


@transaction.atomic
def dedicate(caller: Caller, values: DedicationValues) -> Dedication:
    """From now on only the owner's instances are placed there; those of others stay, as the plan shows.

    Raises NotFound, InvalidInput, and Conflict for a place that is dedicated already.
    """
    actions.CREATE_DEDICATION.permit(caller)
    kind, place = _place(caller, values)
    domain, account = _owner(caller, values)
    dedication = Dedication(domain=domain, account=account, is_confining=values.is_confining)
    setattr(dedication, kind, place)
    try:
        with transaction.atomic():
            dedication.save()
    except IntegrityError as error:
        raise Conflict(
            f"The {kind} {place} is dedicated already. Release it first.",
            fields={kind: ["Dedicated already."]},
        ) from error
    after = {kind: str(place), "owner": str(dedication.owner), "is_confining": values.is_confining}
    records.record(caller, "DEDICATE.RESOURCE", About.of(dedication), after=after)
    _note(dedication)
    return dedication


@transaction.atomic
def release(caller: Caller, dedication: Dedication) -> None:
    """The place is everybody's again."""
    actions.DELETE_DEDICATION.check(caller, dedication)
    before = {dedication.kind: str(dedication.place), "owner": str(dedication.owner)}
    records.record(caller, "DEDICATE.RESOURCE.RELEASE", About.of(dedication), before=before)
    plans.note("release", f"Opens the {dedication} to everybody.")
    dedication.delete()


def _place(caller: Caller, values: DedicationValues) -> tuple[str, Any]:
    named = {kind: getattr(values, kind) for kind in FINDERS if getattr(values, kind)}
    if len(named) != 1:
        raise InvalidInput.of(
            next(iter(named), "host"), "Name one zone, pod, cluster or host, and not several."
        )
    ((kind, uuid),) = named.items()
    return kind, FINDERS[kind](caller, uuid)


def _owner(caller: Caller, values: DedicationValues) -> tuple[Domain, Account | None]:
    if (values.domain is None) == (values.account is None):
        raise InvalidInput.of("domain", "Name a domain or an account, and not both.")
    if values.domain is not None:
        return domain_for(caller, values.domain), None
    account = account_for(caller, values.account or "")
    return account.domain, account


def _note(dedication: Dedication) -> None:
    owner = dedication.owner
    plans.note("dedicate", f"Only {owner} may use the {dedication} from now on.", noun="dedication")
    if dedication.is_confining:
        plans.note(
            "confine", f"New instances of {owner} run in the zone only where it is dedicated to {owner}."
        )
    strangers = _strangers(dedication)
    if strangers:
        shown = ", ".join(one.name for one in strangers[:EXAMPLES])
        more = " and others" if len(strangers) > EXAMPLES else ""
        plans.note(
            "stay",
            f"Instances of others stay there until they are stopped or moved: {shown}{more}.",
            noun="instance",
        )


def _strangers(dedication: Dedication) -> list[Instance]:
    lookup = {"host": "host", "cluster": "host__cluster", "pod": "host__cluster__pod", "zone": "zone"}
    own = (
        Q(account=dedication.account)
        if dedication.account
        else Q(account__domain__path__startswith=dedication.domain.path)
    )
    there = Instance.objects.filter(Q((lookup[dedication.kind], dedication.place))).exclude(host=None)
    return list(there.exclude(own).order_by("pk")[: EXAMPLES + 1])
