"""Simulated hosts: the whole compute contract on a small world that several processes see."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager
from socket import socket
from typing import ClassVar
from uuid import UUID

from cloudportal.drivers.deadlines import Deadline
from cloudportal.drivers.errors import NotThere, Refused
from cloudportal.drivers.settings import Setting
from cloudportal.drivers.simulated.settings import place_setting, world_setting
from cloudportal.drivers.simulated.world import Scene, SimulatedWorld
from compute.drivers import simulator_agent as agent
from compute.drivers import simulator_console as console
from compute.drivers import simulator_copies as copies
from compute.drivers import simulator_disks as disks
from compute.drivers import simulator_guards as guarding
from compute.drivers import simulator_snapshots as guest_snapshots
from compute.drivers.agent import TalksToAgent
from compute.drivers.console import KeepsSerialLog, OffersConsole, SerialLog, TakesScreenshots
from compute.drivers.contract import (
    AttachesDisks,
    ComputeDriver,
    CopiesDisks,
    GrowsDisks,
    MovesDisks,
    ReadsStatistics,
    RunsGuests,
)
from compute.drivers.facts import (
    GuestFacts,
    GuestStatistics,
    HostFacts,
    Power,
    PowerAction,
    differences,
    hindrances,
)
from compute.drivers.growth import ResizesGuests, demand_growth
from compute.drivers.guards import NicGuard
from compute.drivers.limits import DiskLimits, TunesDisks
from compute.drivers.media import ChangesMedia, MediaSpec
from compute.drivers.nics import GuardsNics, PlugsNics
from compute.drivers.simulator_guests import (
    MEMORY_STEP_MIB,
    demand_fits,
    demand_heeding,
    demand_known_locators,
    demand_media,
    facts_of,
    keep_most,
    reset,
    shape_of,
    statistics_of,
    turn,
)
from compute.drivers.simulator_nics import rewire
from compute.drivers.snapshots import GuestSnapshot, SnapshotsGuests
from compute.drivers.specs import DiskSpec, GuestData, GuestSpec, NicSpec


class SimulatedCompute(
    ComputeDriver,
    RunsGuests,
    ResizesGuests,
    AttachesDisks,
    GrowsDisks,
    TunesDisks,
    MovesDisks,
    PlugsNics,
    CopiesDisks,
    GuardsNics,
    ReadsStatistics,
    OffersConsole,
    TakesScreenshots,
    KeepsSerialLog,
    ChangesMedia,
    TalksToAgent,
    SnapshotsGuests,
):
    """One simulated host, named by its place in the world."""

    name: ClassVar[str] = "simulator"
    label: ClassVar[str] = "Simulated host"
    memory_step_mib: ClassVar[int] = MEMORY_STEP_MIB
    settings: ClassVar[tuple[Setting, ...]] = (
        world_setting("host"),
        place_setting("host", "Host name"),
        Setting(
            name="cpus",
            label="CPUs",
            kind="integer",
            scope="host",
            default=16,
            minimum=1,
            maximum=4096,
            help="How many CPUs the simulated host says it has.",
        ),
        Setting(
            name="cpu_mhz",
            label="CPU speed (MHz)",
            kind="integer",
            scope="host",
            default=2600,
            minimum=100,
            maximum=10000,
            help="The speed of each CPU that the simulated host says it has.",
        ),
        Setting(
            name="memory_mib",
            label="Memory (MiB)",
            kind="integer",
            scope="host",
            default=65536,
            minimum=64,
            maximum=64 * 1024 * 1024,
            help="How much memory the simulated host says it has.",
        ),
    )

    def __init__(self, values: Mapping[str, object], *, timeout_seconds: float) -> None:
        super().__init__(values, timeout_seconds=timeout_seconds)
        self._world = SimulatedWorld(self.text("world"))
        self._place = self.text("place")

    def check(self) -> None:
        with self._look("check"):
            return

    def host_facts(self) -> HostFacts:
        with self._look("host_facts") as scene:
            place = scene.row("SELECT uuid FROM places WHERE name = ?", self._place)
            used = scene.row(
                "SELECT COALESCE(SUM(memory_mib), 0) AS mib FROM guests WHERE place = ? AND power != 'off'",
                self._place,
            )
        memory_mib = self.number("memory_mib")
        return HostFacts(
            uuid=place["uuid"] if place else "",
            hostname=self._place,
            architecture="x86_64",
            cpus=self.number("cpus"),
            cpu_mhz=self.number("cpu_mhz"),
            memory_mib=memory_mib,
            free_memory_mib=max(0, memory_mib - (used["mib"] if used else 0)),
            hypervisor="Simulator",
            hypervisor_version="1",
            acceleration="simulated",
            can_cap_cpu=True,
            can_cap_network=True,
        )

    def list_guests(self) -> tuple[GuestFacts, ...]:
        with self._look("list_guests") as scene:
            rows = scene.rows("SELECT * FROM guests WHERE place = ? ORDER BY uuid", self._place)
        return tuple(facts_of(row) for row in rows)

    def find_guest(self, uuid: UUID) -> GuestFacts | None:
        with self._look("find_guest", uuid) as scene:
            row = self._row(scene, uuid)
        return facts_of(row) if row else None

    def ensure_guest(self, spec: GuestSpec) -> GuestFacts:
        demand_known_locators(spec)
        with self._effect("ensure_guest", spec.uuid) as scene:
            row = self._row(scene, spec.uuid)
            if row is None:
                self._make(scene, spec)
            elif row["power"] != Power.OFF and not hindrances(spec, facts_of(row)):
                return facts_of(row)
            elif differences(spec, facts_of(row)):
                self._reshape(scene, spec, Power(row["power"]))
            return facts_of(self._demand_row(scene, spec.uuid))

    def remove_guest(self, uuid: UUID) -> None:
        with self._effect("remove_guest", uuid) as scene:
            if scene.change("DELETE FROM guests WHERE uuid = ? AND place = ?", str(uuid), self._place):
                scene.record(uuid, "removed")

    def ensure_nics(
        self, uuid: UUID, nics: tuple[NicSpec, ...], guest_data: GuestData | None = None
    ) -> GuestFacts:
        with self._effect("ensure_nics", uuid) as scene:
            rewire(scene, self._demand_row(scene, uuid), nics, guest_data)
            return facts_of(self._demand_row(scene, uuid))

    def grow_guest(self, uuid: UUID, *, cpus: int, memory_mib: int) -> GuestFacts:
        with self._effect("grow_guest", uuid) as scene:
            facts = facts_of(self._demand_row(scene, uuid))
            demand_growth(facts, cpus=cpus, memory_mib=memory_mib, step_mib=self.memory_step_mib)
            if (cpus, memory_mib) != (facts.cpus, facts.memory_mib):
                scene.change(
                    "UPDATE guests SET cpus = ?, memory_mib = ? WHERE uuid = ?", cpus, memory_mib, str(uuid)
                )
                scene.record(uuid, "grown")
            return facts_of(self._demand_row(scene, uuid))

    def ensure_guards(self, guards: tuple[NicGuard, ...]) -> Mapping[UUID, str]:
        with self._effect("ensure_guards", self._place) as scene:
            return guarding.ensure(scene, guards)

    def guarded(self) -> Mapping[UUID, str]:
        with self._look("guarded") as scene:
            return guarding.guarded(scene)

    def remove_guards(self, nics: tuple[UUID, ...]) -> None:
        with self._effect("remove_guards", self._place) as scene:
            guarding.remove(scene, nics)

    def set_power(
        self, uuid: UUID, action: PowerAction, *, force: bool = False, timeout_seconds: float | None = None
    ) -> GuestFacts:
        with self._effect("set_power", uuid, timeout_seconds=timeout_seconds) as scene:
            row = self._demand_row(scene, uuid)
            if action is not PowerAction.ON and row["power"] != Power.OFF:
                demand_heeding(row, force)
            if action is PowerAction.ON:
                turn(scene, row, Power.ON, "on")
            elif action is PowerAction.OFF:
                turn(scene, row, Power.OFF, "off")
            else:
                reset(scene, row)
            return facts_of(self._demand_row(scene, uuid))

    def attach_disk(self, uuid: UUID, disk: DiskSpec) -> GuestFacts:
        with self._effect("attach_disk", uuid) as scene:
            disks.attach(scene, self._demand_row(scene, uuid), disk)
            return facts_of(self._demand_row(scene, uuid))

    def change_media(self, uuid: UUID, media: MediaSpec | None) -> GuestFacts:
        with self._effect("change_media", uuid) as scene:
            row = self._demand_row(scene, uuid)
            wanted = media.locator if media else None
            if row["media"] != wanted:
                demand_media(scene, wanted)
                scene.change("UPDATE guests SET media = ? WHERE uuid = ?", wanted, str(uuid))
                scene.record(uuid, "media changed")
            return facts_of(self._demand_row(scene, uuid))

    def detach_disk(self, uuid: UUID, locator: str, *, timeout_seconds: float | None = None) -> GuestFacts:
        with self._effect("detach_disk", uuid, timeout_seconds=timeout_seconds) as scene:
            disks.detach(scene, self._demand_row(scene, uuid), locator)
            return facts_of(self._demand_row(scene, uuid))

    def grow_disk(self, uuid: UUID, locator: str, size_bytes: int) -> None:
        with self._effect("grow_disk", uuid) as scene:
            disks.grow(scene, self._demand_row(scene, uuid), locator, size_bytes)

    def limit_disk(self, uuid: UUID, locator: str, limits: DiskLimits) -> None:
        with self._effect("limit_disk", uuid) as scene:
            disks.limit(scene, self._demand_row(scene, uuid), locator, limits)

    def copy_disk(self, uuid: UUID, locator: str, target: str, *, is_quiet: bool = False) -> bool:
        with self._effect("copy_disk", uuid) as scene:
            return copies.copy(scene, self._demand_row(scene, uuid), locator, target, is_quiet=is_quiet)

    def take_guest_snapshot(self, uuid: UUID, snapshot: UUID, *, with_memory: bool) -> GuestSnapshot:
        with self._effect("take_guest_snapshot", uuid) as scene:
            row = self._demand_row(scene, uuid)
            return guest_snapshots.take(scene, row, snapshot, with_memory=with_memory)

    def revert_guest(self, uuid: UUID, snapshot: GuestSnapshot) -> GuestFacts:
        with self._effect("revert_guest", uuid) as scene:
            guest_snapshots.revert(scene, self._demand_row(scene, uuid), snapshot)
            return facts_of(self._demand_row(scene, uuid))

    def remove_guest_snapshot(self, uuid: UUID, snapshot: GuestSnapshot) -> None:
        with self._effect("remove_guest_snapshot", uuid) as scene:
            self._demand_row(scene, uuid)
            guest_snapshots.remove(scene, snapshot)

    def move_disk(self, uuid: UUID, locator: str, target: str, target_format: str) -> None:
        with self._effect("move_disk", uuid) as scene:
            disks.move(scene, self._demand_row(scene, uuid), locator, target, target_format)

    def cancel_move(self, uuid: UUID, locator: str) -> None:
        with self._effect("cancel_move", uuid):
            # A simulated move is over at once, so there is never one to cancel.
            return

    def moved_fraction(self, uuid: UUID, locator: str) -> float:
        with self._look("moved_fraction", uuid) as scene:
            self._demand_row(scene, uuid)
        return 0.0

    def guest_statistics(self, uuid: UUID) -> GuestStatistics | None:
        with self._look("guest_statistics", uuid) as scene:
            row = self._demand_row(scene, uuid)
        return None if row["power"] == Power.OFF else statistics_of(row)

    def all_statistics(self) -> tuple[GuestStatistics, ...]:
        with self._look("all_statistics") as scene:
            rows = scene.rows(
                "SELECT * FROM guests WHERE place = ? AND power != 'off' ORDER BY uuid", self._place
            )
        return tuple(statistics_of(row) for row in rows)

    def open_console(self, uuid: UUID) -> socket:
        self._demand_on("open_console", uuid)
        return console.connect(self._world, uuid)

    def screenshot(self, uuid: UUID) -> bytes:
        self._demand_on("screenshot", uuid)
        return console.screenshot(self._world, uuid)

    def serial_log(self, uuid: UUID, *, limit_bytes: int) -> SerialLog:
        with self._look("serial_log", uuid) as scene:
            self._demand_row(scene, uuid)
        content = "\r\n".join(console.serial_lines(self._world, uuid)).encode()
        return SerialLog(content=content[-limit_bytes:], is_whole=len(content) <= limit_bytes)

    def _demand_on(self, operation: str, uuid: UUID) -> None:
        with self._look(operation, uuid) as scene:
            if self._demand_row(scene, uuid)["power"] == Power.OFF:
                raise Refused("The instance is switched off, so it has no screen. Start it first.")

    def set_password(self, uuid: UUID, user: str, password_hash: str) -> bool:
        with self._effect("set_password", uuid) as scene:
            return agent.take(scene, self._demand_row(scene, uuid), user, "password")

    def set_ssh_keys(self, uuid: UUID, user: str, keys: tuple[str, ...]) -> bool:
        with self._effect("set_ssh_keys", uuid) as scene:
            return agent.take(scene, self._demand_row(scene, uuid), user, f"{len(keys)} keys")

    def _look(self, operation: str, subject: object = "") -> AbstractContextManager[Scene]:
        return self._world.call(
            operation, self._place, subject, Deadline(self.timeout_seconds), is_effect=False
        )

    def _effect(
        self, operation: str, subject: object, *, timeout_seconds: float | None = None
    ) -> AbstractContextManager[Scene]:
        deadline = Deadline(self.timeout_seconds if timeout_seconds is None else timeout_seconds)
        return self._world.call(operation, self._place, subject, deadline, is_effect=True)

    def _row(self, scene: Scene, uuid: UUID) -> sqlite3.Row | None:
        return scene.row("SELECT * FROM guests WHERE uuid = ? AND place = ?", str(uuid), self._place)

    def _demand_row(self, scene: Scene, uuid: UUID) -> sqlite3.Row:
        row = self._row(scene, uuid)
        if row is None:
            raise NotThere(detail=f"simulated guest {uuid} on {self._place}")
        return row

    def _make(self, scene: Scene, spec: GuestSpec) -> None:
        demand_fits(spec)
        # The same id on two hosts at once is what shared storage must fear most, so the world refuses it.
        if scene.row("SELECT 1 FROM guests WHERE uuid = ?", str(spec.uuid)):
            raise Refused(detail=f"simulated guest {spec.uuid} is on another host")
        scene.change(
            "INSERT INTO guests"
            " (name, cpus, memory_mib, disks, nics, guest_data_digest, cpu_cap_percent, media, uuid, place, power)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'off')",
            *shape_of(spec),
            str(spec.uuid),
            self._place,
        )
        keep_most(scene, spec)
        scene.record(spec.uuid, "made")

    def _reshape(self, scene: Scene, spec: GuestSpec, power: Power) -> None:
        if power is not Power.OFF:
            raise Refused(
                "The instance must be stopped before its shape can change.", detail=f"guest {spec.uuid}"
            )
        demand_fits(spec)
        scene.change(
            "UPDATE guests SET name = ?, cpus = ?, memory_mib = ?, disks = ?, nics = ?, guest_data_digest = ?,"
            " cpu_cap_percent = ?, media = ? WHERE uuid = ?",
            *shape_of(spec),
            str(spec.uuid),
        )
        keep_most(scene, spec)
        scene.record(spec.uuid, "reshaped")
