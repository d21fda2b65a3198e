"""Simulated networks: the whole network contract on a small world that several processes see."""

from __future__ import annotations

import ipaddress
import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar
from uuid import UUID

from cloudportal.drivers.deadlines import Deadline
from cloudportal.drivers.errors import NotThere, Refused
from cloudportal.drivers.settings import Setting
from cloudportal.drivers.simulated.locators import network_locator
from cloudportal.drivers.simulated.settings import place_setting, world_setting
from cloudportal.drivers.simulated.world import Scene, SimulatedWorld
from networking.drivers.contract import NetworkDriver, NetworkFacts, NetworkSpec, ReservationSpec
from networking.drivers.ranges import demand_usable

_SELECT = """SELECT networks.*, changed_networks.mtu IS NOT NULL AS is_changed
FROM networks LEFT JOIN changed_networks USING (uuid, place)"""


class SimulatedNetwork(NetworkDriver):
    """The networks of one place in the world."""

    name: ClassVar[str] = "simulator"
    label: ClassVar[str] = "Simulated network"
    settings: ClassVar[tuple[Setting, ...]] = (
        world_setting("network"),
        place_setting("network", "Place name"),
    )

    def __init__(self, values: Mapping[str, object], *, timeout_seconds: float) -> None:
        super().__init__(values, timeout_seconds=timeout_seconds)
        self._world = SimulatedWorld(self.text("world"))
        self._place = self.text("place")

    def check(self) -> None:
        with self._call("check", is_effect=False):
            return

    def ensure_network(self, spec: NetworkSpec) -> NetworkFacts:
        with self._call("ensure_network", spec.uuid) as scene:
            row = self._row(scene, spec.uuid)
            if row is None:
                self._make(scene, spec)
            elif (row["cidr"], row["gateway"]) != (spec.cidr, spec.gateway):
                raise Refused(detail=f"simulated network {spec.uuid} is there with another range")
            else:
                self._reshape(scene, row, spec)
            return _facts(self._demand_row(scene, spec.uuid))

    def find_network(self, uuid: UUID) -> NetworkFacts | None:
        with self._call("find_network", uuid, is_effect=False) as scene:
            row = self._row(scene, uuid)
        return _facts(row) if row else None

    def list_networks(self) -> tuple[NetworkFacts, ...]:
        with self._call("list_networks", is_effect=False) as scene:
            rows = scene.rows(f"{_SELECT} WHERE networks.place = ? ORDER BY networks.uuid", self._place)
        return tuple(_facts(row) for row in rows)

    def remove_network(self, uuid: UUID) -> None:
        with self._call("remove_network", uuid) as scene:
            if self._is_in_use(scene, uuid):
                raise Refused("Instances still run on this network. Stop them first.")
            scene.change("DELETE FROM changed_networks WHERE uuid = ? AND place = ?", str(uuid), self._place)
            if scene.change("DELETE FROM networks WHERE uuid = ? AND place = ?", str(uuid), self._place):
                scene.record(uuid, "removed")

    def ensure_reservation(self, network_uuid: UUID, reservation: ReservationSpec) -> None:
        with self._call("ensure_reservation", network_uuid) as scene:
            row = self._demand_row(scene, network_uuid)
            demand_usable(reservation.ip, cidr=row["cidr"], gateway=row["gateway"])
            if reservation in _reservations(scene, row):
                return
            taken = "SELECT 1 FROM reservations WHERE network = ? AND place = ? AND ip = ? AND mac != ?"
            if scene.row(taken, str(network_uuid), self._place, reservation.ip, reservation.mac):
                raise Refused("Another NIC has this address already.", detail=f"{reservation.ip} is reserved")
            named = "SELECT 1 FROM reservations WHERE network = ? AND place = ? AND hostname = ? AND mac != ?"
            if scene.row(named, str(network_uuid), self._place, reservation.hostname, reservation.mac):
                raise Refused("Another NIC has this name already.", detail=f"{reservation.hostname} is taken")
            scene.change(
                "INSERT OR REPLACE INTO reservations (network, place, mac, ip, hostname) VALUES (?, ?, ?, "
                "?, ?)",
                str(network_uuid),
                self._place,
                reservation.mac,
                reservation.ip,
                reservation.hostname,
            )
            scene.record(network_uuid, f"reserved {reservation.ip} for {reservation.mac}")

    def remove_reservation(self, network_uuid: UUID, mac: str) -> None:
        with self._call("remove_reservation", network_uuid) as scene:
            change = "DELETE FROM reservations WHERE network = ? AND place = ? AND mac = ?"
            if scene.change(change, str(network_uuid), self._place, mac):
                scene.record(network_uuid, f"freed {mac}")

    def list_reservations(self, network_uuid: UUID) -> tuple[ReservationSpec, ...]:
        with self._call("list_reservations", network_uuid, is_effect=False) as scene:
            return _reservations(scene, self._demand_row(scene, network_uuid))

    def _call(
        self, operation: str, subject: object = "", *, is_effect: bool = True
    ) -> AbstractContextManager[Scene]:
        return self._world.call(
            operation, self._place, subject, Deadline(self.timeout_seconds), is_effect=is_effect
        )

    def _make(self, scene: Scene, spec: NetworkSpec) -> None:
        wanted = ipaddress.ip_network(spec.cidr)
        for row in scene.rows("SELECT cidr FROM networks WHERE place = ?", self._place):
            if wanted.overlaps(ipaddress.ip_network(row["cidr"])):
                raise Refused(
                    "Another network of this place has these addresses.", detail=f"{row['cidr']} is taken"
                )
        scene.change(
            "INSERT INTO networks (uuid, place, name, cidr, gateway, mtu) VALUES (?, ?, ?, ?, ?, ?)",
            str(spec.uuid),
            self._place,
            spec.name,
            spec.cidr,
            spec.gateway,
            spec.mtu,
        )
        scene.record(spec.uuid, "made")

    def _reshape(self, scene: Scene, row: sqlite3.Row, spec: NetworkSpec) -> None:
        """Takes on another name at once, and another MTU once no guest runs on it."""
        key = (str(spec.uuid), self._place)
        if row["name"] != spec.name:
            scene.change("UPDATE networks SET name = ? WHERE uuid = ? AND place = ?", spec.name, *key)
            scene.record(spec.uuid, "reshaped")
        scene.change("DELETE FROM changed_networks WHERE uuid = ? AND place = ?", *key)
        if row["mtu"] == spec.mtu:
            return
        if self._is_in_use(scene, spec.uuid):
            waiting = "INSERT INTO changed_networks (uuid, place, mtu) VALUES (?, ?, ?)"
            scene.change(waiting, *key, spec.mtu)
            return
        scene.change("UPDATE networks SET mtu = ? WHERE uuid = ? AND place = ?", spec.mtu, *key)
        scene.record(spec.uuid, f"laid anew with an MTU of {spec.mtu}")

    def _is_in_use(self, scene: Scene, uuid: UUID) -> bool:
        """Whether a guest runs on it; where it lies in several places, on a host that bears this place's
        name.
        """
        others = scene.row("SELECT 1 FROM networks WHERE uuid = ? AND place != ?", str(uuid), self._place)
        query = "SELECT 1 FROM guests WHERE power != 'off' AND instr(nics, ?) > 0 AND (? OR place = ?)"
        return scene.row(query, network_locator(uuid), others is None, self._place) is not None

    def _row(self, scene: Scene, uuid: UUID) -> sqlite3.Row | None:
        query = f"{_SELECT} WHERE networks.uuid = ? AND networks.place = ?"
        return scene.row(query, str(uuid), self._place)

    def _demand_row(self, scene: Scene, uuid: UUID) -> sqlite3.Row:
        row = self._row(scene, uuid)
        if row is None:
            raise NotThere(detail=f"simulated network {uuid} in {self._place}")
        return row


def _facts(row: sqlite3.Row) -> NetworkFacts:
    return NetworkFacts(
        uuid=UUID(row["uuid"]),
        name=row["name"],
        locator=network_locator(row["uuid"]),
        is_active=True,
        cidr=row["cidr"],
        gateway=row["gateway"],
        mtu=row["mtu"],
        lease_seconds=0,
        is_current=not row["is_changed"],
    )


def _reservations(scene: Scene, network: sqlite3.Row) -> tuple[ReservationSpec, ...]:
    query = "SELECT mac, ip, hostname FROM reservations WHERE network = ? AND place = ?"
    rows = scene.rows(query, network["uuid"], network["place"])
    found = [ReservationSpec(mac=row["mac"], ip=row["ip"], hostname=row["hostname"]) for row in rows]
    return tuple(sorted(found, key=lambda reservation: ipaddress.ip_address(reservation.ip).packed))
