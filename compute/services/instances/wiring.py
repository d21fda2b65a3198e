"""NICs of instances: rows with a MAC address and an IP address of their network."""

from collections.abc import Sequence
from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, NotFound
from compute.models import Instance, Nic
from compute.topology.models import Zone
from networking import queries as networks
from networking import states
from networking.macs import with_new_mac
from networking.models import Network
from networking.services import addresses
from tenants.models import Account

MOST_NICS = 8


def chosen_networks(
    caller: Caller, zone: Zone, account: Account, uuids: Sequence[UUID | str]
) -> list[Network]:
    """The networks with these uuids in their order; the zone's only one where none is named.

    Raises NotFound for a network that the caller may not use, InvalidInput for one that does not fit.
    """
    usable = networks.networks_for(caller).filter(zone=zone, state=states.READY)
    if not uuids:
        return [_only_one(list(usable.filter(account=None)[:2]))]
    if len(uuids) > MOST_NICS:
        raise InvalidInput.of("networks", f"Use at most {MOST_NICS} networks.")
    chosen = [networks.network_for(caller, uuid) for uuid in uuids]
    if len({network.pk for network in chosen}) < len(chosen):
        raise InvalidInput.of("networks", "Name each network once.")
    for network in chosen:
        _check_usable(network, zone, account)
    return chosen


def add_nics(caller: Caller, instance: Instance, chosen: Sequence[Network]) -> list[Nic]:
    """A NIC in each network, the first one as the instance's default, each with an address."""
    nics = [_add(instance, network, place) for place, network in enumerate(chosen)]
    take_addresses(caller, instance)
    return nics


def take_addresses(caller: Caller, instance: Instance) -> None:
    """Every NIC of the instance has an address; those that have one keep it. Raises NoRoom, LimitReached."""
    for nic in instance.nics.select_related("network__zone").filter(address=None).order_by("device_index"):
        nic.address = addresses.take(caller, nic.network, instance.account, held_by=nic.uuid)
        nic.save(update_fields=["address"])


def _only_one(shared: list[Network]) -> Network:
    if len(shared) == 1:
        return shared[0]
    sentence = (
        "Choose at least one network." if shared else "The zone has no network yet. Choose another zone."
    )
    raise InvalidInput.of("networks", sentence)


def _check_usable(network: Network, zone: Zone, account: Account) -> None:
    if network.zone_id != zone.pk:
        raise InvalidInput.of("networks", f"The network {network.name} is not in the zone {zone.name}.")
    # An admin sees the networks of many accounts; an instance is wired to its owner's and to shared ones only.
    if network.account_id not in (None, account.pk):
        raise NotFound(noun="network", uuid=network.uuid)
    if network.state != states.READY:
        raise InvalidInput.of("networks", f"The network {network.name} is being deleted. Choose another.")


def _add(instance: Instance, network: Network, place: int) -> Nic:
    def create(mac: str) -> Nic:
        return Nic.objects.create(instance=instance, network=network, mac=mac, device_index=place)

    return with_new_mac(create)
