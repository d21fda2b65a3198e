"""Guests of the simulated world: how a row, a spec and facts become each other, and what a guest needs to
start.
"""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cloudportal.drivers.errors import OutcomeUnknown, Refused
from cloudportal.drivers.simulated import locators
from cloudportal.drivers.simulated.world import Scene
from compute.drivers.facts import (
    DiskFacts,
    DiskStatistics,
    GuestFacts,
    GuestStatistics,
    NicFacts,
    NicStatistics,
    Power,
)
from compute.drivers.limits import DiskLimits
from compute.drivers.specs import DiskSpec, GuestSpec, NicSpec

# As QEMU's `pc` machine: no host of ours takes more for one guest.
GUEST_CPU_LIMIT = 255
# A simulated guest is always a little busy, so that its counters grow as a real one's do.
LOAD = 0.05
# As the hosts that it stands for.
MEMORY_STEP_MIB = 128
BYTES_PER_SECOND = 4096


def demand_known_locators(spec: GuestSpec) -> None:
    """Every locator is one of the simulated world's; raises InvalidSpec."""
    for disk in spec.disks:
        locators.uuid_in(disk.locator, locators.VOLUME)
    if spec.media is not None:
        locators.uuid_in(spec.media.locator, locators.IMAGE)
    for nic in spec.nics:
        locators.uuid_in(nic.network_locator, locators.NETWORK)


def demand_fits(spec: GuestSpec) -> None:
    """A simulated host could run such a guest; raises Refused."""
    if spec.cpus > GUEST_CPU_LIMIT:
        raise Refused(detail=f"a simulated guest has at most {GUEST_CPU_LIMIT} CPUs")


def demand_heeding(row: sqlite3.Row, force: bool) -> None:
    """The guest would shut down when asked, or is not asked; raises OutcomeUnknown."""
    if row["is_deaf"] and not force:
        raise OutcomeUnknown(
            "The instance did not shut down in time. It may still do so; otherwise stop it with force.",
            detail=f"simulated guest {row['uuid']} is deaf",
        )


def demand_parts(scene: Scene, row: sqlite3.Row) -> None:
    """The guest's volumes and networks are there and free; raises Refused."""
    for disk in json.loads(row["disks"]):
        volume = locators.uuid_in(disk["locator"], locators.VOLUME)
        if not scene.row("SELECT 1 FROM volumes WHERE uuid = ?", volume):
            raise Refused(
                "A volume of the instance is missing on the host.", detail=f"simulated volume {volume}"
            )
        if not disk["is_read_only"] and is_in_use(scene, disk["locator"], row["uuid"]):
            raise Refused(
                "A volume of the instance is used by another one.", detail=f"simulated volume {volume}"
            )
    demand_media(scene, row["media"])
    for nic in json.loads(row["nics"]):
        demand_network(scene, nic["network_locator"])
        demand_guard(scene, nic.get("guard", ""))


def demand_guard(scene: Scene, guard: str) -> None:
    """The NIC's guard is there, where it is to have one; raises Refused."""
    if guard and not scene.row("SELECT 1 FROM guards WHERE nic = ? AND place = ?", guard, scene.place):
        raise Refused("The rules of a network card are missing on the host.", detail=f"guard {guard}")


def demand_network(scene: Scene, locator: str) -> None:
    """The network is there; raises Refused."""
    network = locators.uuid_in(locator, locators.NETWORK)
    if not scene.row("SELECT 1 FROM networks WHERE uuid = ?", network):
        raise Refused(
            "A network of the instance is missing on the host.", detail=f"simulated network {network}"
        )


def demand_media(scene: Scene, locator: str | None) -> None:
    """What is to be in the guest's CD drive is there; raises Refused."""
    if locator is None:
        return
    image = locators.uuid_in(locator, locators.IMAGE)
    if not scene.row("SELECT 1 FROM images WHERE image_id = ?", image):
        raise Refused("The image is missing on the host.", detail=f"simulated image {image}")


def is_in_use(scene: Scene, locator: str, uuid: str) -> bool:
    """True where another guest that is not off has the volume."""
    others = scene.rows(
        "SELECT 1 FROM guests WHERE uuid != ? AND power != 'off' AND instr(disks, ?) > 0",
        uuid,
        json.dumps(locator),
    )
    return bool(others)


def shape_of(spec: GuestSpec) -> tuple[object, ...]:
    """The values of a row that a spec decides, in the order of its statements."""
    disks = [disk_value(disk) for disk in sorted(spec.disks, key=lambda disk: disk.device_index)]
    digest = spec.guest_data.digest() if spec.guest_data else None
    media = spec.media.locator if spec.media else None
    parts = json.dumps(disks), nics_text(spec.nics)
    return spec.name, spec.cpus, spec.memory_mib, *parts, digest, spec.cpu_cap_percent, media


def keep_most(scene: Scene, spec: GuestSpec) -> None:
    """How far the guest can grow while it runs, as its spec says."""
    most = (spec.most_cpus, spec.most_memory_mib)
    scene.change("UPDATE guests SET most_cpus = ?, most_memory_mib = ? WHERE uuid = ?", *most, str(spec.uuid))


def nics_text(nics: tuple[NicSpec, ...]) -> str:
    """NICs as a row keeps them."""
    kept = [
        {
            "mac": nic.mac,
            "network_locator": nic.network_locator,
            "device_index": nic.device_index,
            "rate_mbits": nic.rate_mbits,
            "is_linked": nic.is_linked,
            "guard": nic.guard,
        }
        for nic in sorted(nics, key=lambda nic: nic.device_index)
    ]
    return json.dumps(kept)


def disk_value(disk: DiskSpec) -> dict[str, object]:
    """A disk as a guest's row has it."""
    return {
        "locator": disk.locator,
        "format": disk.format,
        "device_index": disk.device_index,
        "is_read_only": disk.is_read_only,
        "limits": asdict(disk.limits),
    }


def facts_of(row: sqlite3.Row) -> GuestFacts:
    """The facts in a row."""
    return GuestFacts(
        uuid=UUID(row["uuid"]),
        name=row["name"],
        power=Power(row["power"]),
        cpus=row["cpus"],
        memory_mib=row["memory_mib"],
        disks=tuple(disk_facts(disk) for disk in json.loads(row["disks"])),
        nics=tuple(NicFacts(**nic) for nic in json.loads(row["nics"])),
        guest_data_digest=row["guest_data_digest"],
        cpu_cap_percent=row["cpu_cap_percent"],
        media=row["media"],
        most_cpus=row["most_cpus"],
        most_memory_mib=row["most_memory_mib"],
    )


def disk_facts(disk: dict[str, Any]) -> DiskFacts:
    """The facts of a disk in a row."""
    return DiskFacts(**{**disk, "limits": DiskLimits(**disk.get("limits", {}))})


def statistics_of(row: sqlite3.Row) -> GuestStatistics:
    """The counters of the guest in a row, grown since its start."""
    facts = facts_of(row)
    running_seconds = max(0.0, time.time() - row["started_at"])
    passed_bytes = int(running_seconds * BYTES_PER_SECOND)
    return GuestStatistics(
        uuid=facts.uuid,
        sampled_at=datetime.now(UTC),
        cpus=facts.cpus,
        cpu_time_ns=int(running_seconds * facts.cpus * LOAD * 1e9),
        memory_mib=facts.memory_mib,
        memory_used_mib=facts.memory_mib // 2,
        disks=tuple(
            DiskStatistics(
                device_index=disk.device_index,
                read_bytes=passed_bytes,
                written_bytes=passed_bytes,
                read_operations=passed_bytes // 4096,
                write_operations=passed_bytes // 4096,
            )
            for disk in facts.disks
        ),
        nics=tuple(
            NicStatistics(
                mac=nic.mac,
                received_bytes=passed_bytes,
                sent_bytes=passed_bytes,
                received_packets=passed_bytes // 1024,
                sent_packets=passed_bytes // 1024,
            )
            for nic in facts.nics
        ),
    )


def turn(scene: Scene, row: sqlite3.Row, power: Power, detail: str) -> None:
    """The guest in the row has that power."""
    if row["power"] == power:
        return
    if power is Power.ON and row["power"] == Power.OFF:
        demand_parts(scene, row)
    started_at = row["started_at"] if row["power"] == Power.PAUSED else time.time()
    scene.change(
        "UPDATE guests SET power = ?, started_at = ? WHERE uuid = ?",
        power,
        None if power is Power.OFF else started_at,
        row["uuid"],
    )
    scene.record(row["uuid"], detail)


def reset(scene: Scene, row: sqlite3.Row) -> None:
    """The guest in the row begins anew."""
    if row["power"] == Power.OFF:
        demand_parts(scene, row)
    scene.change("UPDATE guests SET power = 'on', started_at = ? WHERE uuid = ?", time.time(), row["uuid"])
    scene.record(row["uuid"], "reset")
