"""How libvirt is told what a guest may take at most, and what it says of that: CPUs, disks, NICs."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from cloudportal.drivers.libvirtd import xml
from compute.drivers.limits import UNLIMITED, DiskLimits

# The kernel's own default period. The quota counts for each virtual CPU by itself.
PERIOD_MICROSECONDS = 100_000
# libvirt's bandwidth is in kilobytes of a thousand bytes.
KILOBYTES_PER_MBIT = 125
NAMES = {
    "read_bytes": "read_bytes_sec",
    "write_bytes": "write_bytes_sec",
    "read_iops": "read_iops_sec",
    "write_iops": "write_iops_sec",
}


def add_cpu_cap(root: Element, percent: int | None) -> None:
    """Each virtual CPU gets at most this part of a real one."""
    if percent is None:
        return
    tuning = xml.child(root, "cputune")
    xml.child(tuning, "period", text=str(PERIOD_MICROSECONDS))
    xml.child(tuning, "quota", text=str(PERIOD_MICROSECONDS * percent // 100))


def read_cpu_cap(root: Element) -> int | None:
    """The part that each virtual CPU gets at most, None for no cap."""
    quota, period = (_number(root.findtext(f"cputune/{name}", "")) for name in ("quota", "period"))
    return round(quota * 100 / (period or PERIOD_MICROSECONDS)) if quota else None


def add_disk_limits(disk: Element, limits: DiskLimits) -> None:
    """The disk does no more than this in a second."""
    if limits == UNLIMITED:
        return
    tuning = xml.child(disk, "iotune")
    for name, tag in NAMES.items():
        if getattr(limits, name):
            xml.child(tuning, tag, text=str(getattr(limits, name)))


def read_disk_limits(disk: Element) -> DiskLimits:
    """What the disk does at most."""
    return DiskLimits(**{name: _number(disk.findtext(f"iotune/{tag}", "")) for name, tag in NAMES.items()})


def add_rate(nic: Element, rate_mbits: int | None) -> None:
    """The NIC sends and receives no more than this."""
    if rate_mbits is None:
        return
    bandwidth = xml.child(nic, "bandwidth")
    for way in ("inbound", "outbound"):
        xml.child(bandwidth, way, {"average": str(rate_mbits * KILOBYTES_PER_MBIT)})


def read_rate(nic: Element) -> int | None:
    """What the NIC sends and receives at most in Mbit/s, None for no cap."""
    return _number(xml.attribute(nic, "bandwidth/inbound", "average")) // KILOBYTES_PER_MBIT or None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
