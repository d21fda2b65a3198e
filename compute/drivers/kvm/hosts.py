"""A KVM host as it describes itself."""

from __future__ import annotations

from collections.abc import Mapping

from cloudportal.drivers.errors import Unsupported
from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.link import Talk
from compute.drivers.facts import HostFacts
from compute.drivers.kvm import caps

KIB_PER_MIB = 1024
EVERY_NUMA_NODE = -1


def demand_qemu(talk: Talk) -> None:
    """The daemon runs QEMU guests; raises Unsupported for any other hypervisor."""
    kind = talk.look(talk.connection.getType)
    if kind != "QEMU":
        raise Unsupported("This libvirt does not run QEMU or KVM guests.", detail=f"libvirt says {kind}")


def host_facts(talk: Talk, acceleration: str, uri: str) -> HostFacts:
    """The host's size and versions, with what was found to work there."""
    connection = talk.connection
    architecture, _, cpus, cpu_mhz, *_ = talk.look(connection.getInfo)
    # Not the memory of getInfo: it leaves out what a virtual host was given while it ran.
    memory = talk.look(connection.getMemoryStats, EVERY_NUMA_NODE, 0)
    capabilities = xml.read(talk.look(connection.getCapabilities))
    return HostFacts(
        uuid=capabilities.findtext("host/uuid", ""),
        hostname=talk.look(connection.getHostname),
        architecture=architecture,
        cpus=cpus,
        cpu_mhz=cpu_mhz,
        memory_mib=memory["total"] // KIB_PER_MIB,
        free_memory_mib=_free_memory_mib(memory),
        hypervisor="QEMU",
        hypervisor_version=_version(talk.look(connection.getVersion)),
        acceleration=acceleration,
        can_cap_cpu=caps.can_cap_cpu(talk, uri),
        can_cap_network=caps.can_cap_network(talk, uri),
    )


def _free_memory_mib(memory: Mapping[str, int]) -> int:
    # What the kernel keeps only as a cache is there for guests.
    return (memory["free"] + memory.get("buffers", 0) + memory.get("cached", 0)) // KIB_PER_MIB


def _version(number: int) -> str:
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"
