"""A network's XML: the bridge and the dnsmasq that libvirt is asked for, and what it says of them."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from uuid import UUID
from xml.etree.ElementTree import Element

from cloudportal.drivers.errors import Unsupported
from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.locators import network_locator
from networking.drivers.contract import NetworkFacts, NetworkSpec, ReservationSpec

METADATA = "urn:cloudportal:network:1"
DEFAULT_MTU = 1500


def network_name(uuid: UUID) -> str:
    """libvirt's own name for a network, which must be unique on the host."""
    return f"net-{uuid}"


def bridge_name(uuid: UUID) -> str:
    """The bridge's name: a Linux interface has at most 15 characters, so a part of the id must do."""
    return f"cp{uuid.hex[:13]}"


def network_xml(spec: NetworkSpec, reservations: tuple[ReservationSpec, ...], lease_minutes: int) -> str:
    """The whole network, with the reservations that it has already."""
    network = ipaddress.ip_network(spec.cidr)
    if network.version != 4:
        raise Unsupported("Networks on this kind of host have IPv4 addresses only.", detail=spec.cidr)
    root = xml.element("network")
    xml.child(root, "name", text=network_name(spec.uuid))
    xml.child(root, "uuid", text=str(spec.uuid))
    # libvirt has no title for networks in every version that we meet, so the name goes into metadata of ours.
    xml.child(xml.child(root, "metadata"), f"{{{METADATA}}}network", {"name": spec.name})
    # "open": the only mode in which libvirt adds no firewall rules of its own.
    xml.child(root, "forward", {"mode": "open"})
    # Spanning tree would keep a new guest off the network for seconds after each start.
    xml.child(root, "bridge", {"name": bridge_name(spec.uuid), "stp": "off", "delay": "0"})
    xml.child(root, "mtu", {"size": str(spec.mtu)})
    if spec.domain_name:
        xml.child(root, "domain", {"name": spec.domain_name})
    if spec.nameservers:
        _add_forwarders(root, spec)
    address = xml.child(root, "ip", {"address": spec.gateway, "netmask": str(network.netmask)})
    if spec.serves_dhcp:
        dhcp = xml.child(address, "dhcp")
        for reservation in reservations:
            dhcp.append(host_element(reservation, lease_minutes))
    return xml.write(root)


def host_xml(reservation: ReservationSpec, lease_minutes: int | None = None) -> str:
    """One reservation, for a change of a network that is running; to take one away, its lease time is not
    needed.
    """
    return xml.write(host_element(reservation, lease_minutes))


def host_element(reservation: ReservationSpec, lease_minutes: int | None) -> Element:
    """One reservation as an element; without a lease time it only names the reservation."""
    host = xml.element("host", {"mac": reservation.mac, "name": reservation.hostname, "ip": reservation.ip})
    if lease_minutes is not None:
        xml.child(host, "lease", {"expiry": str(lease_minutes), "unit": "minutes"})
    return host


@dataclass(frozen=True)
class Definition:
    """What libvirt says of a network. `is_ours` is whether it carries our mark."""

    root: Element

    @classmethod
    def read(cls, text: str) -> Definition:
        return cls(xml.read(text))

    @property
    def is_ours(self) -> bool:
        return self.root.find(f"metadata/{{{METADATA}}}network") is not None

    @property
    def gateway(self) -> str:
        return xml.attribute(self.root, "ip", "address")

    @property
    def cidr(self) -> str:
        address = self.root.find("ip")
        if address is None:
            return ""
        # libvirt gives back whichever of the two it was given.
        length = address.get("prefix") or address.get("netmask", "32")
        return str(ipaddress.ip_network(f"{self.gateway}/{length}", strict=False))

    @property
    def name(self) -> str:
        return xml.attribute(self.root, f"metadata/{{{METADATA}}}network", "name")

    @property
    def mtu(self) -> int:
        return int(xml.attribute(self.root, "mtu", "size", str(DEFAULT_MTU)))

    @property
    def fixed(self) -> tuple[str, str]:
        """What never changes."""
        return self.cidr, self.gateway

    @property
    def changeable(self) -> tuple[str, tuple[str, ...], int]:
        """What may change, and is in force from a start of the network on."""
        forwarders = tuple(found.get("addr", "") for found in self.root.findall("dns/forwarder"))
        return xml.attribute(self.root, "domain", "name"), forwarders, self.mtu

    def facts(
        self, *, is_active: bool, lease_minutes: int, running: Definition | None = None
    ) -> NetworkFacts:
        now = running or self
        return NetworkFacts(
            uuid=UUID(self.root.findtext("uuid", "")),
            name=self.name,
            locator=network_locator(self.root.findtext("name", "")),
            is_active=is_active,
            cidr=self.cidr,
            gateway=self.gateway,
            mtu=now.mtu,
            lease_seconds=lease_minutes * 60,
            is_current=now.changeable == self.changeable,
        )

    def reservations(self) -> tuple[ReservationSpec, ...]:
        found = [
            ReservationSpec(mac=host.get("mac", ""), ip=host.get("ip", ""), hostname=host.get("name", ""))
            for host in self.root.findall("ip/dhcp/host")
        ]
        return tuple(sorted(found, key=lambda one: ipaddress.ip_address(one.ip).packed))


def _add_forwarders(root: Element, spec: NetworkSpec) -> None:
    dns = xml.child(root, "dns")
    for server in spec.nameservers:
        xml.child(dns, "forwarder", {"addr": server})
