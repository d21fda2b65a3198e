"""NICs of instances: rows with a MAC address and an IP address of their network."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, NotFound
from compute import membership as members
from compute.models import Instance, Nic
from compute.topology.models import Zone
from networking import actions as network_actions
from networking import queries as networks
from networking import states
from networking.macs import with_new_mac
from networking.models import Address, Network
from networking.services import addresses, security_groups
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
        shared = usable.filter(account=None).select_related("domain")
        return [_only_one([one for one in shared if is_for(one, account)])]
    if len(uuids) > MOST_NICS:
        raise InvalidInput.of("networks", f"Use at most {MOST_NICS} networks.")
    chosen = [networks.network_for(caller, uuid) for uuid in uuids]
    if len({network.pk for network in chosen}) < len(chosen):
        raise InvalidInput.of("networks", "Name each network once.")
    for network in chosen:
        check_usable(network, zone, account)
    return chosen


def add_nics(
    caller: Caller,
    instance: Instance,
    chosen: Sequence[Network],
    wanted: Mapping[str, str] | None = None,
    group_uuids: Sequence[UUID | str] = (),
) -> list[Nic]:
    """A NIC in each network, the first one as the instance's default, each with an address.

    `wanted` has the address to take by the uuid of its network. Raises InvalidInput, Conflict, NoRoom, LimitReached.
    """
    ips = _wanted_ips(caller, chosen, wanted or {})
    groups = members.groups_for_networks(caller, instance.account, chosen, group_uuids)
    nics = [make_nic(instance, network) for network in chosen]
    for nic in nics:
        members.join(nic, groups)
    take_addresses(caller, instance, ips)
    for nic in nics:
        members.demand_few_rules(nic)
    return nics


def take_addresses(caller: Caller, instance: Instance, ips: Mapping[int, str] | None = None) -> None:
    """Every NIC of the instance has an address; those that have one keep it. `ips` names addresses by the key of the
    network. Raises NoRoom, LimitReached.
    """
    for nic in instance.nics.select_related("network__zone").filter(address=None).order_by("device_index"):
        nic.address = _taken(caller, nic, instance.account, (ips or {}).get(nic.network_id))
        nic.save(update_fields=["address"])
        members.members_changed(caller, nic.groups.select_related("account__domain"))


def _taken(caller: Caller, nic: Nic, account: Account, wanted_ip: str | None) -> Address:
    try:
        return addresses.take(caller, nic.network, account, held_by=nic.uuid, wanted_ip=wanted_ip)
    except (InvalidInput, Conflict) as refusal:
        if "ip" not in refusal.fields:
            raise
        # Of several networks, doors must know whose address it is about.
        faults = {"addresses": refusal.fields["ip"]}
        raise type(refusal)(refusal.detail, fields=faults, network=str(nic.network.uuid)) from refusal


def addresses_of(nic: Nic) -> list[Address]:
    """The NIC's addresses, its first one first."""
    secondary = nic.secondary_addresses.select_related("address").order_by("address__number")
    return [*([nic.address] if nic.address else []), *(one.address for one in secondary)]


def leave_groups(caller: Caller, nic: Nic) -> None:
    """The NIC is in no security group, and those whom it was let through to learn of it. Rows and their jobs."""
    groups = list(nic.groups.select_related("account__domain"))
    nic.groups.clear()
    members.members_changed(caller, groups)


def join_default_group(caller: Caller, nic: Nic, account: Account) -> None:
    """The NIC is in the default group of its new owner, where its network has groups, and that group's others learn of
    it. Rows and their jobs. Raises Conflict.
    """
    if nic.network.has_groups:
        group = security_groups.default_of(account)
        members.join(nic, [group])
        members.demand_few_rules(nic)
        members.members_changed(caller, [group])


def release_addresses(caller: Caller, nic: Nic) -> None:
    """None of the NIC's addresses is its own any more."""
    leave_groups(caller, nic)
    for one in nic.secondary_addresses.select_related("address"):
        one.delete()
        addresses.release(caller, one.address, held_by=one.uuid)
    address, nic.address = nic.address, None
    nic.save(update_fields=["address"])
    if address is not None:
        addresses.release(caller, address, held_by=nic.uuid)


def permit_choice(caller: Caller) -> None:
    """Returns where the caller may say which address it is to be. Raises NotPermitted."""
    network_actions.CHOOSE_ADDRESS.permit(caller)


def demand_room_for_nic(instance: Instance, network: Network) -> None:
    """Returns where one more NIC in that network fits into the instance. Raises Conflict."""
    there = list(instance.nics.values_list("network_id", flat=True))
    if network.pk in there:
        raise Conflict(
            f"{instance.name} has a network card in {network.name} already. Give that one another address instead."
        )
    if len(there) >= MOST_NICS:
        raise Conflict(f"An instance has at most {MOST_NICS} network cards. Remove one first.")


def make_nic(instance: Instance, network: Network, *, mac: str = "") -> Nic:
    """A NIC at the first free place of the instance, its default one where it is the first; without an address.

    Raises Conflict for a MAC address that another NIC has.
    """
    taken = set(instance.nics.values_list("device_index", flat=True))
    place = next(index for index in range(MOST_NICS + 1) if index not in taken)

    def create(mac: str) -> Nic:
        return Nic.objects.create(
            instance=instance, network=network, mac=mac, device_index=place, is_default=not taken
        )

    if not mac:
        return with_new_mac(create)
    if Nic.objects.filter(mac=mac).exists():
        raise Conflict(f"Another network card has the MAC address {mac}. Choose another.")
    return create(mac)


def _wanted_ips(caller: Caller, chosen: Sequence[Network], wanted: Mapping[str, str]) -> dict[int, str]:
    if wanted:
        permit_choice(caller)
    known = {str(network.uuid): network.pk for network in chosen}
    if set(wanted) - set(known):
        raise InvalidInput.of("addresses", "Choose addresses only for networks that you name.")
    return {known[uuid]: ip for uuid, ip in wanted.items() if ip}


def _only_one(shared: list[Network]) -> Network:
    if len(shared) == 1:
        return shared[0]
    sentence = (
        "Choose at least one network." if shared else "The zone has no network yet. Choose another zone."
    )
    raise InvalidInput.of("networks", sentence)


def is_for(network: Network, account: Account) -> bool:
    """True where the account may have NICs in the network."""
    is_for_domain = network.domain is None or account.domain.path.startswith(network.domain.path)
    return is_for_domain and network.account_id in (None, account.pk)


def check_usable(network: Network, zone: Zone, account: Account, *, field: str = "networks") -> None:
    """Returns where an instance of the account in the zone may be in the network. Raises NotFound, InvalidInput."""
    if network.zone_id != zone.pk:
        raise InvalidInput.of(field, f"The network {network.name} is not in the zone {zone.name}.")
    # An admin sees the networks of many accounts; an instance is wired to its owner's and to shared ones only.
    if not is_for(network, account):
        raise NotFound(noun="network", uuid=network.uuid)
    if network.state != states.READY:
        raise InvalidInput.of(field, f"The network {network.name} is being deleted. Choose another.")
