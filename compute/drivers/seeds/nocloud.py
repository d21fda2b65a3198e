"""The format of cloud-init's NoCloud: a volume labelled `cidata` with the files meta-data, user-data, vendor-data and,
when the network is not left to DHCP, network-config (version 2).
"""

from __future__ import annotations

from typing import Any

import yaml

from compute.drivers.seeds.vendor import vendor_text
from compute.drivers.specs import GuestData, NicConfig

FORMAT = "nocloud"
LABEL = "cidata"
EMPTY_USER_DATA = "#cloud-config\n"


def files(data: GuestData) -> dict[str, bytes]:
    """The files of the volume by their names."""
    found = {
        "meta-data": _yaml(meta_data(data)),
        "user-data": (data.user_data or EMPTY_USER_DATA).encode(),
        "vendor-data": vendor_text(data).encode(),
    }
    if data.nics:
        found["network-config"] = _yaml(network_config(data.nics))
    return found


def meta_data(data: GuestData) -> dict[str, Any]:
    """Who the guest is, in cloud-init's words."""
    said: dict[str, Any] = {"instance-id": data.instance_id, "local-hostname": data.hostname}
    if data.availability_zone:
        said["availability-zone"] = data.availability_zone
    if data.ssh_keys:
        said["public-keys"] = list(data.ssh_keys)
    return said


def network_config(nics: tuple[NicConfig, ...]) -> dict[str, Any]:
    """The network in version 2, which is netplan's. Named by their order, for not every renderer matches by MAC."""
    return {
        "version": 2,
        "ethernets": {f"eth{number}": _ethernet(nic, f"eth{number}") for number, nic in enumerate(nics)},
    }


def _ethernet(nic: NicConfig, name: str) -> dict[str, Any]:
    config: dict[str, Any] = {
        "match": {"macaddress": nic.mac},
        "set-name": name,
        "dhcp4": nic.is_by_dhcp,
    }
    if nic.mtu is not None:
        config["mtu"] = nic.mtu
    if nic.addresses:
        config["addresses"] = [f"{address.ip}/{address.prefix_length}" for address in nic.addresses]
    gateways = [address.gateway for address in nic.addresses if address.gateway]
    if gateways:
        config["routes"] = [{"to": "default", "via": gateway} for gateway in gateways]
    if nic.nameservers:
        config["nameservers"] = {"addresses": list(nic.nameservers)}
    return config


def _yaml(value: dict[str, Any]) -> bytes:
    # One line for each value, however long: small readers take the file line by line.
    text: str = yaml.safe_dump(
        value, sort_keys=False, default_flow_style=False, width=2**31, allow_unicode=True
    )
    return text.encode()
