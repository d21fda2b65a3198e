"""Counters of running guests, as libvirt collects them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cloudportal.drivers.errors import NotThere
from cloudportal.drivers.libvirtd.link import Talk, library
from compute.drivers.facts import DiskStatistics, GuestStatistics, NicStatistics, Power
from compute.drivers.kvm.drives import TARGET
from compute.drivers.kvm.machine import SEED_TARGET
from compute.drivers.kvm.power import power_now
from compute.drivers.kvm.reading import device_index, mac_addresses

KIB_PER_MIB = 1024
Counters = Mapping[str, Any]


def of_guest(talk: Talk, domain: Any) -> GuestStatistics | None:
    """Counters of one guest, None while it is off."""
    if power_now(talk, domain) is Power.OFF:
        return None
    found = talk.look(talk.connection.domainListGetStats, [domain], _kinds(), 0)
    return _statistics(talk, *found[0]) if found else None


def of_all(talk: Talk) -> tuple[GuestStatistics, ...]:
    """Counters of all guests that are not off."""
    active = library().VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE
    statistics = []
    for domain, counters in talk.look(talk.connection.getAllDomainStats, _kinds(), active):
        # A guest that went away since the first call has no counters any more.
        with suppress(NotThere):
            statistics.append(_statistics(talk, domain, counters))
    return tuple(sorted(statistics, key=lambda one: one.uuid))


def _kinds() -> int:
    kinds = library()
    return int(
        kinds.VIR_DOMAIN_STATS_CPU_TOTAL
        | kinds.VIR_DOMAIN_STATS_BALLOON
        | kinds.VIR_DOMAIN_STATS_VCPU
        | kinds.VIR_DOMAIN_STATS_INTERFACE
        | kinds.VIR_DOMAIN_STATS_BLOCK
    )


def _statistics(talk: Talk, domain: Any, counters: Counters) -> GuestStatistics:
    addresses = mac_addresses(talk.look(domain.XMLDesc, 0))
    return GuestStatistics(
        uuid=UUID(talk.look(domain.UUIDString)),
        sampled_at=datetime.now(UTC),
        cpus=counters.get("vcpu.current", 0),
        cpu_time_ns=counters.get("cpu.time", 0),
        memory_mib=counters.get("balloon.maximum", 0) // KIB_PER_MIB,
        memory_used_mib=_memory_used_mib(counters),
        disks=_disks(counters),
        nics=tuple(_nic(counters, number, mac) for number, mac in enumerate(addresses)),
    )


def _memory_used_mib(counters: Counters) -> int | None:
    # Only a guest with a balloon driver tells; "usable" also counts what its caches could give back.
    free = counters.get("balloon.usable", counters.get("balloon.unused"))
    available = counters.get("balloon.available")
    return None if free is None or available is None else (available - free) // KIB_PER_MIB


def _disks(counters: Counters) -> tuple[DiskStatistics, ...]:
    numbers = range(counters.get("block.count", 0))
    names = {number: counters.get(f"block.{number}.name", "") for number in numbers}
    return tuple(
        _disk(counters, number, name) for number, name in names.items() if name not in (SEED_TARGET, TARGET)
    )


def _disk(counters: Counters, number: int, name: str) -> DiskStatistics:
    return DiskStatistics(
        device_index=device_index(name),
        read_bytes=counters.get(f"block.{number}.rd.bytes", 0),
        written_bytes=counters.get(f"block.{number}.wr.bytes", 0),
        read_operations=counters.get(f"block.{number}.rd.reqs", 0),
        write_operations=counters.get(f"block.{number}.wr.reqs", 0),
    )


def _nic(counters: Counters, number: int, mac: str) -> NicStatistics:
    return NicStatistics(
        mac=mac,
        received_bytes=counters.get(f"net.{number}.rx.bytes", 0),
        sent_bytes=counters.get(f"net.{number}.tx.bytes", 0),
        received_packets=counters.get(f"net.{number}.rx.pkts", 0),
        sent_packets=counters.get(f"net.{number}.tx.pkts", 0),
    )
