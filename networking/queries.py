"""The ways to find networks and addresses."""

from uuid import UUID

from django.db.models import Count, Q

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from networking import actions, states
from networking.models import Address, Network, NetworkPlacement


def networks_for(caller: Caller) -> ScopedQuerySet[Network]:
    """Networks that the caller may use, by name."""
    actions.READ_NETWORK.permit(caller)
    return Network.objects.for_caller(caller).select_related("zone", "domain", "account__domain")


def network_for(caller: Caller, uuid: UUID | str) -> Network:
    """One of them. Raises NotFound."""
    return networks_for(caller).one(uuid)


def with_address_counts(networks: ScopedQuerySet[Network]) -> ScopedQuerySet[Network]:
    """The same networks, each with `address_count` and `taken_count`, still in one query."""
    taken = Count("addresses", filter=Q(addresses__state=states.TAKEN))
    return networks.annotate(address_count=Count("addresses"), taken_count=taken)  # type: ignore[return-value]


def addresses_for(caller: Caller) -> ScopedQuerySet[Address]:
    """Addresses that belong to the caller's accounts; root admins see free ones too."""
    actions.READ_ADDRESS.permit(caller)
    return Address.objects.for_caller(caller).select_related("network__zone", "account__domain")


def address_for(caller: Caller, uuid: UUID | str) -> Address:
    """One of them. Raises NotFound."""
    return addresses_for(caller).one(uuid)


def placements_for(caller: Caller, network: Network) -> ScopedQuerySet[NetworkPlacement]:
    """The hosts that a network is laid on, for those who may see hosts."""
    return NetworkPlacement.objects.for_caller(caller).filter(network=network).select_related("host")
