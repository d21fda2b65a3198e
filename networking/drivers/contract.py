"""What every driver for networks must do: networks, and the addresses that they hand out."""

from __future__ import annotations

import ipaddress
from abc import abstractmethod
from dataclasses import dataclass
from uuid import UUID

from cloudportal.drivers.base import Driver
from cloudportal.drivers.errors import NotThere
from cloudportal.drivers.values import (
    demand,
    demand_host_name,
    demand_ip,
    demand_line,
    demand_mac,
    network_of,
)


@dataclass(frozen=True, kw_only=True)
class NetworkSpec:
    """A network as the portal wants it.

    `gateway` is the address that the network itself answers on. Addresses are ours to give: with
    `serves_dhcp` the network answers only NICs that have a reservation.
    """

    uuid: UUID
    name: str
    cidr: str
    gateway: str
    nameservers: tuple[str, ...] = ()
    domain_name: str | None = None
    mtu: int = 1500
    serves_dhcp: bool = True

    def __post_init__(self) -> None:
        demand_line(self.name, "a network's name")
        demand_ip(self.gateway, "a gateway")
        demand(
            ipaddress.ip_address(self.gateway) in network_of(self.cidr), "the gateway must lie in the network"
        )
        for server in self.nameservers:
            demand_ip(server, "a name server")
        if self.domain_name is not None:
            demand_host_name(self.domain_name, "a network's domain")
        demand(576 <= self.mtu <= 65535, "an MTU must be 576 to 65535")


@dataclass(frozen=True, kw_only=True)
class NetworkFacts:
    """A network as its host has it. `locator` is opaque: only a compute driver of the same kind of host reads
    it.

    While it is not `is_current`, guests run on it as it was before a change; `mtu` is the one that they have.
    After `remove_reservation` an address may still be held by its last user for `lease_seconds`; give it to
    nobody else before.
    """

    uuid: UUID
    name: str
    locator: str
    is_active: bool
    cidr: str
    gateway: str
    mtu: int
    lease_seconds: int
    is_current: bool = True


@dataclass(frozen=True, kw_only=True)
class ReservationSpec:
    """The one address that a NIC gets by DHCP, with the name that goes with it, which no other NIC of the
    network has.
    """

    mac: str
    ip: str
    hostname: str

    def __post_init__(self) -> None:
        demand_mac(self.mac)
        demand_ip(self.ip)
        demand_host_name(self.hostname)


class NetworkDriver(Driver):
    """Networks of one place. `cloudportal.drivers.base.Driver` states the contract of all calls."""

    @abstractmethod
    def ensure_network(self, spec: NetworkSpec) -> NetworkFacts:
        """The network exists as the spec says and is active.

        Raises Refused when it is there with another range or gateway, or when its range is taken. Another name is
        taken on at once. Other name servers, another domain or MTU are in force at once where the host can do so
        without cutting guests off; otherwise the facts are not `is_current`, and this call, made again when no guest
        runs on it, puts them in force. A failure leaves nothing behind or raises Leftover.
        """

    @abstractmethod
    def find_network(self, uuid: UUID) -> NetworkFacts | None:
        """The network, or None when it is not there."""

    def network(self, uuid: UUID) -> NetworkFacts:
        """The network; raises NotThere."""
        facts = self.find_network(uuid)
        if facts is None:
            raise NotThere(detail=f"network {uuid}")
        return facts

    @abstractmethod
    def list_networks(self) -> tuple[NetworkFacts, ...]:
        """All our networks of that place, in the order of their uuid."""

    @abstractmethod
    def remove_network(self, uuid: UUID) -> None:
        """The network and its reservations are gone. Succeeds when there is none; raises Refused while a
        guest runs on it, where the host can tell.
        """

    @abstractmethod
    def ensure_reservation(self, network_uuid: UUID, reservation: ReservationSpec) -> None:
        """The NIC gets this address and no other; an older reservation of the same NIC is replaced.

        Raises NotThere without the network, Refused when the address or the name is another NIC's, or the
        address outside the network's range.
        """

    @abstractmethod
    def remove_reservation(self, network_uuid: UUID, mac: str) -> None:
        """The NIC gets no address. Succeeds when there is no such reservation or network."""

    @abstractmethod
    def list_reservations(self, network_uuid: UUID) -> tuple[ReservationSpec, ...]:
        """All reservations of a network in the order of their address; raises NotThere."""
