"""NICs of a KVM guest: plugged in, taken out and unlinked, in what runs and in what its next start will have."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element

from cloudportal.drivers.errors import NotThere, OutcomeUnknown, Refused
from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.link import Talk, library
from cloudportal.drivers.libvirtd.overtaking import outlast_races
from compute.drivers.facts import GuestFacts, Power
from compute.drivers.kvm import guests, seeds
from compute.drivers.kvm.files import HostFiles
from compute.drivers.kvm.machine import METADATA, nic_element
from compute.drivers.kvm.power import power_now
from compute.drivers.kvm.reading import guest_facts
from compute.drivers.seeds import seed_image
from compute.drivers.specs import GuestData, NicSpec
from compute.drivers.wiring import demand_same_place

POLL_SECONDS = 0.1
# A guest that is still booting overlooks the first request to let go of a card.
ASK_AGAIN_SECONDS = 5.0
METADATA_KEY = "portal"


def ensure_nics(
    talk: Talk, domain: Any, wished: tuple[NicSpec, ...], data: GuestData | None, files: HostFiles
) -> GuestFacts:
    """The guest has exactly these NICs; see the contract.

    What runs and what is defined are compared each by itself: a change that was cut short between the two is then
    finished by the next call.
    """
    flags = library()
    scopes = [(flags.VIR_DOMAIN_AFFECT_CONFIG, flags.VIR_DOMAIN_XML_INACTIVE)]
    if power_now(talk, domain) is not Power.OFF:
        scopes.insert(0, (flags.VIR_DOMAIN_AFFECT_LIVE, 0))
    for affect, reading in scopes:
        _Scope(talk, domain, affect, reading).fit(wished)
    if data is not None:
        _tell(talk, domain, data, files, [affect for affect, _ in scopes])
    return guests.facts_of(talk, domain)


class _Scope:
    """The guest as it runs, or as it is defined."""

    def __init__(self, talk: Talk, domain: Any, affect: int, reading: int) -> None:
        self.talk = talk
        self.domain = domain
        self.affect = affect
        self.reading = reading

    def fit(self, wished: tuple[NicSpec, ...]) -> None:
        """Plugs, unplugs and switches until the NICs are as wished."""
        seen = {nic.mac: nic for nic in self._facts().nics}
        for nic in wished:
            demand_same_place(nic, seen.get(nic.mac))
        for mac in sorted(set(seen) - {nic.mac for nic in wished}):
            self._take_out(mac)
        for nic in wished:
            there = seen.get(nic.mac)
            if there is None:
                self._do(self.domain.attachDeviceFlags, nic)
            elif (there.is_linked, there.guard) != (nic.is_linked, nic.guard):
                self._do(self.domain.updateDeviceFlags, nic)

    def _do(self, change: Any, nic: NicSpec) -> None:
        text = xml.write(nic_element(nic))
        try:
            outlast_races(self.talk, lambda: self.talk.act(change, text, self.affect))
        except NotThere as fault:
            # The guest itself, or the network? Looking at the guest tells: it raises NotThere for the former.
            power_now(self.talk, self.domain)
            raise Refused("A network of the instance is missing on the host.", detail=fault.detail) from fault
        except Refused:
            # Another caller may have been faster.
            seen = [(one.mac, one.is_linked, one.guard) for one in self._facts().nics]
            if (nic.mac, nic.is_linked, nic.guard) not in seen:
                raise

    def _take_out(self, mac: str) -> None:
        next_request = 0.0
        while (element := self._element(mac)) is not None:
            if time.monotonic() >= next_request:
                self._ask(mac, element)
                next_request = time.monotonic() + ASK_AGAIN_SECONDS
            if self.talk.deadline.remaining_seconds() < 2 * POLL_SECONDS:
                raise OutcomeUnknown(
                    "The instance did not let go of the network card in time. It may still do so; otherwise "
                    "stop it first.",
                    detail=f"NIC {mac}",
                )
            time.sleep(POLL_SECONDS)

    def _ask(self, mac: str, element: Element) -> None:
        try:
            self.talk.act(self.domain.detachDeviceFlags, xml.write(element), self.affect)
        except Refused:
            # Asked before and still about to let go, or gone since we looked; the loop's next look tells.
            return

    def _element(self, mac: str) -> Element | None:
        root = xml.read(self.talk.look(self.domain.XMLDesc, self.reading))
        found = root.findall("devices/interface")
        return next((one for one in found if xml.attribute(one, "mac", "address").lower() == mac), None)

    def _facts(self) -> GuestFacts:
        return guest_facts(self.talk.look(self.domain.XMLDesc, self.reading), Power.UNKNOWN)


def _tell(talk: Talk, domain: Any, data: GuestData, files: HostFiles, scopes: list[int]) -> None:
    """The guest's seed holds the data, and its metadata say so; a guest without a seed stays without one."""
    told = guests.facts_of(talk, domain).guest_data_digest
    if told is None or told == data.digest():
        return
    uuid = UUID(talk.look(domain.UUIDString))
    files.put(talk, seeds.file_name(uuid), seed_image(data))
    text = xml.write(xml.element(f"{{{METADATA}}}guest", {"data": data.digest()}))
    kind = library().VIR_DOMAIN_METADATA_ELEMENT
    for affect in scopes:
        talk.act(domain.setMetadata, kind, text, METADATA_KEY, METADATA, affect)
