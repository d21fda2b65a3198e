"""What a driver and a guest are told of an instance's network cards.

`without` leaves out a NIC that a job is about to take away, as are all secondary addresses that are leaving.
"""

from uuid import UUID

from compute.drivers.specs import AddressSpec, NicConfig, NicSpec
from compute.models import Instance, Nic
from compute.promises import rate_mbits
from compute.topology.abilities import can
from compute.topology.models import Host
from networking.network_work import locator_on


def nics_of(instance: Instance) -> list[Nic]:
    """Its NICs in their order, with networks and addresses."""
    rows = instance.nics.select_related("network__zone", "address")
    return list(rows.prefetch_related("secondary_addresses__address").order_by("device_index"))


def nic_specs(instance: Instance, host: Host, *, without: UUID | None = None) -> tuple[NicSpec, ...]:
    """The NICs as the host is asked for them. Their networks must be laid there."""
    return tuple(
        NicSpec(
            uuid=nic.uuid,
            mac=nic.mac,
            network_locator=locator_on(nic.network, host),
            device_index=nic.device_index,
            addresses=_addresses(nic),
            mtu=nic.network.mtu,
            is_linked=nic.is_linked,
            is_guarded=can(host, "GuardsNics"),
            rate_mbits=rate_mbits(instance, host),
        )
        for nic in nics_of(instance)
        if nic.uuid != without
    )


def nic_configs(instance: Instance, *, without: UUID | None = None) -> tuple[NicConfig, ...]:
    """How the guest is to set its NICs up; empty where DHCP tells it all.

    DHCP gives every NIC a way out, so with several of them only the default one asks by DHCP: two default routes would
    make half of the answers go astray.
    """
    nics = [nic for nic in nics_of(instance) if nic.uuid != without]
    if len(nics) < 2 and not any(_secondary(nic) for nic in nics):
        return ()
    return tuple(_config(nic) for nic in nics)


def _config(nic: Nic) -> NicConfig:
    if nic.is_default or nic.address is None:
        addresses = _addresses(nic)[1:] if nic.address else ()
        return NicConfig(mac=nic.mac, addresses=addresses, asks_dhcp=True)
    return NicConfig(mac=nic.mac, addresses=_addresses(nic))


def _addresses(nic: Nic) -> tuple[AddressSpec, ...]:
    if nic.address is None:
        return ()
    prefix_length = int(nic.network.cidr.rpartition("/")[2])
    gateway = nic.network.gateway if nic.is_default else None
    first = AddressSpec(ip=nic.address.ip, prefix_length=prefix_length, gateway=gateway)
    more = (AddressSpec(ip=ip, prefix_length=prefix_length) for ip in _secondary(nic))
    return (first, *more)


def _secondary(nic: Nic) -> list[str]:
    rows = sorted(nic.secondary_addresses.all(), key=lambda one: one.address.number)
    return [one.address.ip for one in rows if not one.is_leaving]
