"""CPUs and memory for a guest of a KVM host while it runs: processors are switched on, memory modules plugged in.

Not by a balloon: a guest that ignored it would have the memory that it does not pay for.
"""

from __future__ import annotations

from typing import Any

from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.link import Talk, library
from cloudportal.drivers.libvirtd.overtaking import have_done
from compute.drivers.facts import GuestFacts
from compute.drivers.growth import demand_growth
from compute.drivers.kvm import guests, translation
from compute.drivers.kvm.machine import MEMORY_STEP_MIB


def grow_guest(talk: Talk, domain: Any, *, cpus: int, memory_mib: int) -> GuestFacts:
    """The guest has so many CPUs and so much memory; see the contract."""
    facts = guests.facts_of(talk, domain)
    demand_growth(facts, cpus=cpus, memory_mib=memory_mib, step_mib=MEMORY_STEP_MIB)
    if cpus > facts.cpus:
        translation.demand_regions(talk, domain, facts, cpus=cpus)
    # Both into the definition too, so that what was given is still there when the guest goes off and on.
    flags = library().VIR_DOMAIN_AFFECT_LIVE | library().VIR_DOMAIN_AFFECT_CONFIG
    if memory_mib > facts.memory_mib:
        module = _module(memory_mib - facts.memory_mib)
        have_done(
            talk,
            lambda: guests.facts_of(talk, domain).memory_mib >= memory_mib,
            domain.attachDeviceFlags,
            module,
            flags,
        )
    if cpus > facts.cpus:
        have_done(
            talk,
            lambda: guests.facts_of(talk, domain).cpus >= cpus,
            domain.setVcpusFlags,
            cpus,
            flags,
        )
    return guests.facts_of(talk, domain)


def _module(memory_mib: int) -> str:
    root = xml.element("memory", {"model": "dimm"})
    target = xml.child(root, "target")
    xml.child(target, "size", {"unit": "MiB"}, str(memory_mib))
    xml.child(target, "node", text="0")
    return xml.write(root)
