"""The driver for networks of one KVM host: the network contract, spoken to one libvirt daemon."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar
from uuid import UUID

from cloudportal.drivers.libvirtd.link import Link, Talk
from cloudportal.drivers.libvirtd.uris import uri_setting
from cloudportal.drivers.settings import Setting
from networking.drivers.contract import NetworkDriver, NetworkFacts, NetworkSpec, ReservationSpec
from networking.drivers.libvirt_network import networks, reservations


class LibvirtNetwork(NetworkDriver):
    """The networks of one host, each a bridge of its own that the host itself is the gateway of."""

    name: ClassVar[str] = "libvirt-network"
    label: ClassVar[str] = "Bridge on a KVM host"
    settings: ClassVar[tuple[Setting, ...]] = (
        uri_setting("network"),
        Setting(
            name="lease_minutes",
            label="Lease time (minutes)",
            kind="integer",
            scope="network",
            default=10,
            minimum=2,
            maximum=24 * 60,
            help=(
                "How long an instance keeps its address without asking again. An address that was freed "
                "can go to "
                "another instance only after that time."
            ),
        ),
    )

    def __init__(self, values: Mapping[str, object], *, timeout_seconds: float) -> None:
        super().__init__(values, timeout_seconds=timeout_seconds)
        self._link = Link(self.text("uri"))

    def close(self) -> None:
        self._link.close()

    def check(self) -> None:
        with self._talk():
            return

    def ensure_network(self, spec: NetworkSpec) -> NetworkFacts:
        with self._talk() as talk:
            return networks.ensure(talk, spec, self._lease_minutes)

    def find_network(self, uuid: UUID) -> NetworkFacts | None:
        with self._talk() as talk:
            return networks.find_facts(talk, uuid, self._lease_minutes)

    def list_networks(self) -> tuple[NetworkFacts, ...]:
        with self._talk() as talk:
            return networks.list_facts(talk, self._lease_minutes)

    def remove_network(self, uuid: UUID) -> None:
        with self._talk() as talk:
            networks.remove(talk, uuid)

    def ensure_reservation(self, network_uuid: UUID, reservation: ReservationSpec) -> None:
        with self._talk() as talk:
            reservations.ensure(talk, network_uuid, reservation, self._lease_minutes)

    def remove_reservation(self, network_uuid: UUID, mac: str) -> None:
        with self._talk() as talk:
            reservations.remove(talk, network_uuid, mac)

    def list_reservations(self, network_uuid: UUID) -> tuple[ReservationSpec, ...]:
        with self._talk() as talk:
            return reservations.list_all(talk, network_uuid)

    @property
    def _lease_minutes(self) -> int:
        return self.number("lease_minutes")

    def _talk(self) -> AbstractContextManager[Talk]:
        return self._link.talk(self.timeout_seconds)
