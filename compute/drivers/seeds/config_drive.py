"""OpenStack's config drive: a volume labelled `config-2` with openstack/latest/meta_data.json and its neighbours.

The files are those of https://docs.openstack.org/nova/latest/user/metadata.html; cloud-init reads them, and so does
cloudbase-init, which sets Windows guests up.
"""

from __future__ import annotations

import ipaddress
import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from compute.drivers.seeds.vendor import vendor_text
from compute.drivers.specs import AddressSpec, GuestData, NicConfig

FORMAT = "config-drive"
LABEL = "config-2"
FOLDER = "openstack/latest"


def files(data: GuestData) -> dict[str, bytes]:
    """The files of the volume by their paths."""
    found = {
        "meta_data.json": _json(meta_data(data)),
        "vendor_data.json": _json({"cloud-init": vendor_text(data)}),
    }
    if data.user_data:
        found["user_data"] = data.user_data.encode()
    if data.nics:
        found["network_data.json"] = _json(network_data(data.nics))
    return {f"{FOLDER}/{name}": content for name, content in found.items()}


def meta_data(data: GuestData) -> dict[str, Any]:
    """Who the guest is, in OpenStack's words."""
    keys = {f"key-{number}": key for number, key in enumerate(data.ssh_keys)}
    return {
        "uuid": identity(data.instance_id),
        "hostname": data.hostname,
        "name": data.hostname,
        "availability_zone": data.availability_zone,
        "launch_index": 0,
        "public_keys": keys,
        "keys": [{"name": name, "type": "ssh", "data": key} for name, key in keys.items()],
    }


def identity(instance_id: str) -> str:
    """The guest's identity. Not its uuid, which is in the virtual firmware too: where they are the same, cloud-init
    believes what it read at the first start and never looks at the drive again.
    """
    return str(uuid5(NAMESPACE_URL, f"urn:cloudportal:instance:{instance_id}"))


def network_data(nics: tuple[NicConfig, ...]) -> dict[str, Any]:
    """The network as links, addresses on them, and name servers."""
    links, networks = [], []
    for number, nic in enumerate(nics):
        link = {"id": f"eth{number}", "type": "phy", "ethernet_mac_address": nic.mac, "mtu": nic.mtu}
        links.append(link)
        networks += [
            {"id": f"network{number}-{place}", "link": link["id"], **words}
            for place, words in enumerate(_networks(nic))
        ]
    servers = dict.fromkeys(server for nic in nics for server in nic.nameservers)
    return {
        "links": links,
        "networks": networks,
        "services": [{"type": "dns", "address": server} for server in servers],
    }


def _networks(nic: NicConfig) -> list[dict[str, Any]]:
    by_dhcp = [{"type": "ipv4_dhcp"}] if nic.is_by_dhcp else []
    return [*by_dhcp, *(_network(address) for address in nic.addresses)]


def _network(address: AddressSpec) -> dict[str, Any]:
    interface = ipaddress.ip_interface(f"{address.ip}/{address.prefix_length}")
    everywhere = "0.0.0.0" if interface.version == 4 else "::"  # noqa: S104 - a route's target, nothing listens
    routes = [{"network": everywhere, "netmask": everywhere, "gateway": address.gateway}]
    return {
        "type": f"ipv{interface.version}",
        "ip_address": address.ip,
        "netmask": str(interface.netmask),
        "routes": routes if address.gateway else [],
    }


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, indent=1).encode()
