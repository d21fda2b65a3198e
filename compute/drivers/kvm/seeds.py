"""The NoCloud seed: a small ISO image from which cloud-init in the guest reads its name, keys and user data.

The format is that of cloud-init's NoCloud data source: a volume labelled `cidata` with the files meta-data,
user-data and, when the network is not left to DHCP, network-config (version 2).
"""

from __future__ import annotations

import io
import json
from uuid import UUID

import pycdlib

from compute.drivers.specs import GuestData, NicConfig

LABEL = "cidata"
EMPTY_USER_DATA = "#cloud-config\n"
SECTOR_BYTES = 512


def file_name(uuid: UUID) -> str:
    """The name of a guest's seed on its host."""
    return f"seed-{uuid}.iso"


def image(data: GuestData) -> bytes:
    """The seed's bytes: an ISO 9660 image with Joliet and Rock Ridge names."""
    iso = pycdlib.PyCdlib()
    iso.new(interchange_level=3, vol_ident=LABEL, joliet=3, rock_ridge="1.09")
    for number, (name, content) in enumerate(_files(data).items()):
        iso.add_fp(
            io.BytesIO(content),
            len(content),
            iso_path=f"/FILE{number}.;1",
            rr_name=name,
            joliet_path=f"/{name}",
        )
    written = io.BytesIO()
    iso.write_fp(written)
    iso.close()
    return written.getvalue().ljust(-(-len(written.getvalue()) // SECTOR_BYTES) * SECTOR_BYTES, b"\0")


def _files(data: GuestData) -> dict[str, bytes]:
    files = {
        "meta-data": _meta_data(data).encode(),
        "user-data": (data.user_data or EMPTY_USER_DATA).encode(),
    }
    if data.nics:
        files["network-config"] = json.dumps(_network_config(data.nics), indent=1).encode()
    return files


def _meta_data(data: GuestData) -> str:
    # Plain scalars for the first two: small readers take the line as it is. Both are checked by GuestData. A
    # JSON string is a YAML string, so no key can mean more than a key.
    lines = [f"instance-id: {data.instance_id}", f"local-hostname: {data.hostname}"]
    if data.ssh_keys:
        lines += ["public-keys:", *(f"  - {json.dumps(key)}" for key in data.ssh_keys)]
    return "\n".join(lines) + "\n"


def _network_config(nics: tuple[NicConfig, ...]) -> dict[str, object]:
    return {"version": 2, "ethernets": {f"nic{number}": _ethernet(nic) for number, nic in enumerate(nics)}}


def _ethernet(nic: NicConfig) -> dict[str, object]:
    config: dict[str, object] = {"match": {"macaddress": nic.mac}, "dhcp4": not nic.addresses}
    if nic.addresses:
        config["addresses"] = [f"{address.ip}/{address.prefix_length}" for address in nic.addresses]
    gateways = [address.gateway for address in nic.addresses if address.gateway]
    if gateways:
        config["routes"] = [{"to": "default", "via": gateway} for gateway in gateways]
    if nic.nameservers:
        config["nameservers"] = {"addresses": list(nic.nameservers)}
    return config
