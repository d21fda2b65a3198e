"""What an instance is held to on its host and its storage: CPUs, NICs, disks; and what of that the host cannot do, in
words.
"""

from compute.drivers.limits import DiskLimits
from compute.models import Instance, ServiceOffering
from compute.topology.models import Host
from storage.models import DiskOffering, Volume
from storage.services.offerings import LIMITS


def cpu_cap_percent(instance: Instance, host: Host) -> int | None:
    """What each of its CPUs gets of one of the host's; None where it is not capped, or the host has no more to give."""
    if not (instance.is_cpu_capped and host.cpu_mhz and host.facts.get("can_cap_cpu")):
        return None
    percent = max(1, instance.cpu_mhz * 100 // host.cpu_mhz)
    return percent if percent < 100 else None


def rate_mbits(instance: Instance, host: Host) -> int | None:
    """What each of its NICs sends and receives at most, None where that is not capped or the host cannot."""
    return instance.network_rate_mbits if host.facts.get("can_cap_network") else None


def disk_limits(instance: Instance, volume: Volume) -> DiskLimits:
    """What the volume does in a second in the instance, as its offering says; a root disk without one is held to what
    the instance's size says.
    """
    if volume.offering is not None:
        return limits_of(volume.offering)
    return limits_of(instance.offering) if volume.kind == Volume.ROOT else DiskLimits()


def storage_tags(instance: Instance | None, volume: Volume) -> tuple[str, ...]:
    """What a pool must have for the volume beside the tags of its own offering: for a root disk, what the instance's
    size says.
    """
    return tuple(instance.offering.storage_tags) if instance and volume.kind == Volume.ROOT else ()


def limits_of(offering: DiskOffering | ServiceOffering) -> DiskLimits:
    """What a disk of the offering does in a second; of a size, the root disk."""
    root = "root_" if isinstance(offering, ServiceOffering) else ""
    read_iops, write_iops, read_bytes, write_bytes = (
        getattr(offering, f"{root}{name}") or 0 for name in LIMITS
    )
    return DiskLimits(
        read_iops=read_iops, write_iops=write_iops, read_bytes=read_bytes, write_bytes=write_bytes
    )


def not_kept(instance: Instance, host: Host) -> list[str]:
    """In sentences, to what the host cannot hold the instance. It runs all the same: with more, not with less."""
    sentences = []
    if instance.is_cpu_capped and not host.facts.get("can_cap_cpu"):
        sentences.append(
            f"The host {host.name} cannot cap CPUs, so the instance may take more than its {instance.cpu_mhz} MHz "
            "while others leave it idle."
        )
    if instance.network_rate_mbits and not host.facts.get("can_cap_network"):
        sentences.append(
            f"The host {host.name} cannot cap network traffic (its kernel lacks sch_sfq or act_police), so the "
            f"{instance.network_rate_mbits} Mbit/s of the size are not enforced."
        )
    return sentences
