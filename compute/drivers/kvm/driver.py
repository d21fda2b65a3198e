"""The driver for KVM hosts: the compute contract, spoken to one libvirt daemon."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from socket import socket
from typing import ClassVar
from uuid import UUID

from cloudportal.drivers.libvirtd.link import Link, Talk
from cloudportal.drivers.libvirtd.uris import uri_setting
from cloudportal.drivers.settings import Setting
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
from compute.drivers.facts import GuestFacts, GuestStatistics, HostFacts, PowerAction
from compute.drivers.growth import ResizesGuests
from compute.drivers.guards import NicGuard
from compute.drivers.kvm import (
    acceleration,
    agent,
    consoles,
    copies,
    disks,
    growing,
    guarding,
    guests,
    hosts,
    moves,
    nics,
    power,
    screenshots,
    statistics,
)
from compute.drivers.kvm import snapshots as guest_snapshots
from compute.drivers.kvm.files import HostFiles
from compute.drivers.kvm.machine import MEMORY_STEP_MIB
from compute.drivers.kvm.media import change
from compute.drivers.kvm.screens import DIRECTORY, Screens, log_name
from compute.drivers.limits import DiskLimits, TunesDisks
from compute.drivers.media import ChangesMedia, MediaSpec
from compute.drivers.nics import GuardsNics, PlugsNics
from compute.drivers.snapshots import GuestSnapshot, SnapshotsGuests
from compute.drivers.specs import DiskSpec, GuestData, GuestSpec, NicSpec


class KvmDriver(
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
    """One host. Its volumes and networks are those of libvirt on the same host."""

    name: ClassVar[str] = "kvm"
    label: ClassVar[str] = "KVM"
    memory_step_mib: ClassVar[int] = MEMORY_STEP_MIB
    settings: ClassVar[tuple[Setting, ...]] = (
        uri_setting("host"),
        Setting(
            name="acceleration",
            label="Acceleration",
            kind="choice",
            scope="host",
            default="auto",
            choices=(
                ("auto", "Try out what really works"),
                ("kvm", "KVM (hardware)"),
                ("qemu", "QEMU (software, slow)"),
            ),
            help=(
                "How guests run. Some machines offer KVM and then hang every guest, so by default a tiny "
                "guest is "
                "started first to see."
            ),
        ),
        Setting(
            name="directory",
            label="Directory on the host",
            kind="path",
            scope="host",
            default=DIRECTORY,
            help="Where the host keeps small files for its guests, such as what they read at their first start.",
        ),
        consoles.ADDRESS,
    )

    def __init__(self, values: Mapping[str, object], *, timeout_seconds: float) -> None:
        super().__init__(values, timeout_seconds=timeout_seconds)
        self._link = Link(self.text("uri"))
        self._files = HostFiles(self.text("directory"))
        self._screens = Screens(self.text("directory"), self.text("console_address"))

    def close(self) -> None:
        self._link.close()

    def check(self) -> None:
        with self._talk() as talk:
            hosts.demand_qemu(talk)

    def host_facts(self) -> HostFacts:
        with self._talk() as talk:
            return hosts.host_facts(talk, self._acceleration(talk), self._link.uri)

    def list_guests(self) -> tuple[GuestFacts, ...]:
        with self._talk() as talk:
            return guests.list_guests(talk)

    def find_guest(self, uuid: UUID) -> GuestFacts | None:
        with self._talk() as talk:
            return guests.find_facts(talk, uuid)

    def ensure_guest(self, spec: GuestSpec) -> GuestFacts:
        with self._talk() as talk:
            return guests.ensure_guest(
                talk, spec, self._files, self._screens, lambda: self._acceleration(talk)
            )

    def remove_guest(self, uuid: UUID) -> None:
        with self._talk() as talk:
            guests.remove_guest(talk, uuid, self._files)

    def ensure_nics(
        self, uuid: UUID, wished: tuple[NicSpec, ...], guest_data: GuestData | None = None
    ) -> GuestFacts:
        with self._talk() as talk:
            return nics.ensure_nics(talk, guests.domain(talk, uuid), wished, guest_data, self._files)

    def grow_guest(self, uuid: UUID, *, cpus: int, memory_mib: int) -> GuestFacts:
        with self._talk() as talk:
            return growing.grow_guest(talk, guests.domain(talk, uuid), cpus=cpus, memory_mib=memory_mib)

    def ensure_guards(self, guards: tuple[NicGuard, ...]) -> Mapping[UUID, str]:
        with self._talk() as talk:
            return guarding.ensure(talk, guards)

    def guarded(self) -> Mapping[UUID, str]:
        with self._talk() as talk:
            return guarding.guarded(talk)

    def remove_guards(self, nics: tuple[UUID, ...]) -> None:
        with self._talk() as talk:
            guarding.remove(talk, nics)

    def set_power(
        self, uuid: UUID, action: PowerAction, *, force: bool = False, timeout_seconds: float | None = None
    ) -> GuestFacts:
        with self._talk(timeout_seconds) as talk:
            domain = guests.domain(talk, uuid)
            power.set_power(talk, domain, action, force=force)
            return guests.facts_of(talk, domain)

    def attach_disk(self, uuid: UUID, disk: DiskSpec) -> GuestFacts:
        with self._talk() as talk:
            return disks.attach(talk, guests.domain(talk, uuid), disk)

    def detach_disk(self, uuid: UUID, locator: str, *, timeout_seconds: float | None = None) -> GuestFacts:
        with self._talk(timeout_seconds) as talk:
            return disks.detach(talk, guests.domain(talk, uuid), locator)

    def grow_disk(self, uuid: UUID, locator: str, size_bytes: int) -> None:
        with self._talk() as talk:
            disks.grow(talk, guests.domain(talk, uuid), locator, size_bytes)

    def limit_disk(self, uuid: UUID, locator: str, limits: DiskLimits) -> None:
        with self._talk() as talk:
            disks.limit(talk, guests.domain(talk, uuid), locator, limits)

    def copy_disk(self, uuid: UUID, locator: str, target: str, *, is_quiet: bool = False) -> bool:
        with self._talk() as talk:
            return copies.copy(talk, guests.domain(talk, uuid), locator, target, is_quiet=is_quiet)

    def change_media(self, uuid: UUID, media: MediaSpec | None) -> GuestFacts:
        with self._talk() as talk:
            domain = guests.domain(talk, uuid)
            change(talk, domain, media)
            return guests.facts_of(talk, domain)

    def take_guest_snapshot(self, uuid: UUID, snapshot: UUID, *, with_memory: bool) -> GuestSnapshot:
        with self._talk() as talk:
            return guest_snapshots.take(talk, guests.domain(talk, uuid), snapshot, with_memory=with_memory)

    def revert_guest(self, uuid: UUID, snapshot: GuestSnapshot) -> GuestFacts:
        with self._talk() as talk:
            domain = guests.domain(talk, uuid)
            guest_snapshots.revert(talk, domain, snapshot)
            return guests.facts_of(talk, domain)

    def remove_guest_snapshot(self, uuid: UUID, snapshot: GuestSnapshot) -> None:
        with self._talk() as talk:
            guest_snapshots.remove(talk, guests.domain(talk, uuid), snapshot)

    def move_disk(self, uuid: UUID, locator: str, target: str, target_format: str) -> None:
        with self._talk() as talk:
            moves.move(talk, guests.domain(talk, uuid), locator, target, target_format)

    def cancel_move(self, uuid: UUID, locator: str) -> None:
        with self._talk() as talk:
            found = guests.find_domain(talk, uuid)
            if found is not None:
                moves.cancel(talk, found, locator)

    def moved_fraction(self, uuid: UUID, locator: str) -> float:
        with self._talk() as talk:
            return moves.fraction(talk, guests.domain(talk, uuid), locator)

    def guest_statistics(self, uuid: UUID) -> GuestStatistics | None:
        with self._talk() as talk:
            return statistics.of_guest(talk, guests.domain(talk, uuid))

    def all_statistics(self) -> tuple[GuestStatistics, ...]:
        with self._talk() as talk:
            return statistics.of_all(talk)

    def open_console(self, uuid: UUID) -> socket:
        with self._talk() as talk:
            return consoles.open_console(talk, guests.domain(talk, uuid), self._link.uri)

    def screenshot(self, uuid: UUID) -> bytes:
        with self._talk() as talk:
            return screenshots.take(talk, guests.domain(talk, uuid))

    def serial_log(self, uuid: UUID, *, limit_bytes: int) -> SerialLog:
        with self._talk() as talk:
            guests.domain(talk, uuid)
            content, is_whole = self._files.read_end(talk, log_name(uuid), limit_bytes)
            return SerialLog(content=content, is_whole=is_whole)

    def set_password(self, uuid: UUID, user: str, password_hash: str) -> bool:
        with self._talk() as talk:
            return agent.set_password(talk, guests.domain(talk, uuid), user, password_hash)

    def set_ssh_keys(self, uuid: UUID, user: str, keys: tuple[str, ...]) -> bool:
        with self._talk() as talk:
            return agent.set_ssh_keys(talk, guests.domain(talk, uuid), user, keys)

    def _talk(self, timeout_seconds: float | None = None) -> AbstractContextManager[Talk]:
        return self._link.talk(self.timeout_seconds if timeout_seconds is None else timeout_seconds)

    def _acceleration(self, talk: Talk) -> str:
        wanted = self.text("acceleration")
        return acceleration.working(talk, self._link.uri, self._files) if wanted == "auto" else wanted
