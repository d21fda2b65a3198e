"""The memory in which QEMU keeps a guest's translated code where it emulates processors in software.

QEMU divides it into regions. A processor translates into one at a time and takes the next when that is full; when none
is left, all are emptied. A processor that is plugged in while none is left ends QEMU, and the guest with it (an
assertion in tcg/region.c, seen with QEMU 7.2). So guests that may be given processors have much of it, and are
given one only while regions are left.
"""

from __future__ import annotations

import math
import re
from typing import Any

from cloudportal.drivers.errors import Refused
from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.link import Talk
from compute.drivers.facts import GuestFacts

# QEMU takes by default what would hold the code of a much larger guest; 32 MiB boots a small one as fast.
FIXED_MIB = 32
# Linux translates some 30 MiB while it boots. What a guest does not fill takes no memory of its host.
GROWING_MIB = 256
# QEMU makes regions of at least 2 MiB, up to eight for each processor that the guest may have.
REGION_BYTES = 2 * 1024**2
REGIONS_FOR_EACH = 8
_FILLED = re.compile(r"gen code size\s+(\d+)/(\d+)")


def cache_mib(cpus: int, most_cpus: int) -> int:
    """How much a guest is started with."""
    if most_cpus <= cpus:
        return FIXED_MIB
    return max(GROWING_MIB, most_cpus * REGIONS_FOR_EACH * REGION_BYTES // 1024**2)


def demand_regions(talk: Talk, domain: Any, facts: GuestFacts, *, cpus: int) -> None:
    """Returns where the running guest survives having so many processors. Raises Refused."""
    if xml.read(talk.look(domain.XMLDesc, 0)).get("type") != "qemu":
        return
    import libvirt_qemu

    said = talk.look(
        libvirt_qemu.qemuMonitorCommand,
        domain,
        "info jit",
        libvirt_qemu.VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP,
    )
    if not has_regions(said, cpus=cpus, most_cpus=facts.most_cpus or facts.cpus):
        raise Refused(
            "Its host emulates processors in software, which would break down now if the running instance were given "
            "more of them. Stop it to give it more CPUs, or try again later.",
            detail=f"guest {facts.uuid}: {said.splitlines()[:2]}",
        )


def has_regions(said: str, *, cpus: int, most_cpus: int) -> bool:
    """Whether a region is left for each of so many processors, and one to spare, by what QEMU tells of its
    translation; False where it does not tell.
    """
    filled = _FILLED.search(said)
    if filled is None:
        return False
    used, capacity = map(int, filled.groups())
    regions = max(most_cpus, min(math.ceil(capacity / REGION_BYTES), REGIONS_FOR_EACH * most_cpus))
    taken = used * regions / capacity
    return taken + cpus + 1 <= regions
