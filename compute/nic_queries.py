"""The ways to find the NICs of instances and their addresses."""

from uuid import UUID

from django.db.models import Prefetch

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from compute import nic_actions as actions
from compute import states
from compute.models import Nic, SecondaryAddress


def nics_for(caller: Caller) -> ScopedQuerySet[Nic]:
    """The NICs of the caller's instances, those of one instance in their order; with all that a list shows in a fixed
    number of queries.
    """
    actions.READ.permit(caller)
    return with_everything(Nic.objects.for_caller(caller).exclude(instance__state=states.EXPUNGED))


def nic_for(caller: Caller, uuid: UUID | str) -> Nic:
    """One of them. Raises NotFound."""
    return nics_for(caller).one(uuid)


def with_everything(rows: ScopedQuerySet[Nic]) -> ScopedQuerySet[Nic]:
    """The same NICs with their neighbours."""
    secondary = SecondaryAddress.objects.select_related("address").order_by("address__number")
    with_neighbours = rows.select_related(
        "instance__account__domain", "instance__zone", "instance__host__cluster", "network__zone", "address"
    )
    return with_neighbours.prefetch_related(Prefetch("secondary_addresses", secondary), "groups")


def secondary_addresses_for(caller: Caller, nic: Nic) -> ScopedQuerySet[SecondaryAddress]:
    """The secondary addresses of one of the caller's NICs, lowest first."""
    actions.READ.permit(caller)
    rows = SecondaryAddress.objects.for_caller(caller).filter(nic=nic)
    return rows.select_related("address__network", "nic__network__zone", "nic__instance__account__domain")


def secondary_address_for(caller: Caller, nic: Nic, uuid: UUID | str) -> SecondaryAddress:
    """One of them. Raises NotFound."""
    return secondary_addresses_for(caller, nic).one(uuid)
