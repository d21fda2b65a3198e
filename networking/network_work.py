"""What workflows do with networks: laying them on hosts, and telling them which NIC has which address.

`ensure_*` and `remove_*` touch the outside world and belong in a step's `act` or `undo`; `record_*` write rows
only. All bear being done again, also by several workers at once.

Free an address (`record_address_released`) last, after the guest is off and `remove_reservation` has returned:
while the guest still runs, a new owner could receive its traffic.
"""

from uuid import UUID

from cloudportal.events import records
from cloudportal.jobs.run import Run
from compute.topology.models import Host
from networking.connections import network_driver
from networking.drivers.contract import NetworkFacts, NetworkSpec, ReservationSpec
from networking.models import Address, Network, NetworkPlacement
from networking.services import addresses

# RFC 1123.
HOST_NAME_CHARACTERS = 63


def spec_of(network: Network) -> NetworkSpec:
    """The network as drivers are asked for it."""
    return NetworkSpec(
        uuid=network.uuid,
        name=network.name,
        cidr=network.cidr,
        gateway=network.gateway,
        nameservers=tuple(network.dns),
        domain_name=network.domain_name or network.zone.network_suffix or None,
        mtu=network.mtu,
    )


def ensure_network_on_host(network: Network, host: Host) -> NetworkFacts:
    """The network is active on the host; `locator` is how the host's guests find it. Driver errors."""
    with network_driver(network, host) as driver:
        return driver.ensure_network(spec_of(network))


def record_network_on_host(network: Network, host: Host, facts: NetworkFacts) -> NetworkPlacement:
    """Writes down that the network lies on the host. Rows only."""
    placement, _ = NetworkPlacement.objects.update_or_create(
        network=network, host=host, defaults={"locator": facts.locator, "is_current": facts.is_current}
    )
    # The longest of all hosts: an address rests until no host can still believe its old owner.
    Network.objects.filter(pk=network.pk, lease_seconds__lt=facts.lease_seconds).update(
        lease_seconds=facts.lease_seconds
    )
    return placement


def locator_on(network: Network, host: Host) -> str:
    """How the host's guests find the network. Raises LookupError before the network was laid there."""
    locator = network.placements.filter(host=host).values_list("locator", flat=True).first()
    if locator is None:
        raise LookupError(f"The network {network.uuid} is not laid on the host {host.uuid}.")
    return locator


def ensure_reservation(network: Network, host: Host, *, mac: str, ip: str, hostname: str) -> None:
    """On that host the NIC gets this address and no other. The network must lie there. Driver errors."""
    with network_driver(network, host) as driver:
        driver.ensure_reservation(
            network.uuid, ReservationSpec(mac=mac, ip=ip, hostname=dhcp_name(hostname, ip))
        )


def dhcp_name(hostname: str, ip: str) -> str:
    """Under which the network's DHCP and name server know a NIC: `web-10-1-1-5`.

    A shared network has many tenants. Whoever calls an instance as a neighbour does must neither keep that neighbour's
    from starting nor receive what is meant for it, and the address makes the name unique.
    """
    place = ip.replace(".", "-")
    return f"{hostname[: HOST_NAME_CHARACTERS - 1 - len(place)].rstrip('-')}-{place}"


def remove_reservation(network: Network, host: Host, *, mac: str) -> None:
    """On that host the NIC gets no address. Succeeds when there is no reservation, or no network. Driver errors."""
    with network_driver(network, host) as driver:
        driver.remove_reservation(network.uuid, mac)


def record_address_released(run: Run, address: Address, *, held_by: UUID) -> None:
    """The address is free again, unless `held_by` (the NIC's uuid) has it no longer. Rows only."""
    about = addresses.free(address, held_by=held_by)
    if about is not None:
        records.completed(run.job.caller, "NET.IPRELEASE", about, job_uuid=run.job.uuid)


def remove_network_from_host(network: Network, host: Host) -> None:
    """The network is gone from the host. Succeeds when it is not there. Driver errors."""
    with network_driver(network, host) as driver:
        driver.remove_network(network.uuid)
