"""Wishes that the portal hands to a hypervisor's driver: plain values, checked when they are made."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from typing import Literal
from uuid import UUID

from cloudportal.drivers.values import demand, demand_host_name, demand_ip, demand_line, demand_mac
from compute.drivers.limits import UNLIMITED, DiskLimits
from compute.drivers.media import MediaSpec

DiskFormat = Literal["qcow2", "raw"]
BootDevice = Literal["disk", "network", "cdrom"]
GuestDataFormat = Literal["nocloud", "config-drive"]

# CloudStack's own limit for user data after decoding; a seed image with more would be refused by older
# cloud-init.
USER_DATA_LIMIT_BYTES = 1024 * 1024
DEVICE_INDEX_LIMIT = 24
USER_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
# crypt(5): the method, its salt, and 86 characters of the hash.
PASSWORD_HASH = re.compile(r"\$6\$[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{86}")
MOST_RATE_MBITS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class DiskSpec:
    """One disk of a guest.

    `locator` is the opaque text that the storage driver gave for the volume; `format` is what the storage
    driver said, never guessed. `device_index` orders the disks; 0 is the root disk.
    """

    uuid: UUID
    locator: str
    format: DiskFormat
    device_index: int
    is_read_only: bool = False
    limits: DiskLimits = UNLIMITED

    def __post_init__(self) -> None:
        demand_line(self.locator, "a disk's locator", limit_characters=1024)
        demand(self.format in ("qcow2", "raw"), "a disk's format must be qcow2 or raw")
        demand(
            0 <= self.device_index <= DEVICE_INDEX_LIMIT, f"a device index must be 0 to {DEVICE_INDEX_LIMIT}"
        )


@dataclass(frozen=True, kw_only=True)
class AddressSpec:
    """An IP address of a NIC with what the guest must know to use it."""

    ip: str
    prefix_length: int
    gateway: str | None = None

    def __post_init__(self) -> None:
        demand_ip(self.ip)
        demand(0 <= self.prefix_length <= 128, "a prefix length must be 0 to 128")
        if self.gateway is not None:
            demand_ip(self.gateway, "a gateway")


@dataclass(frozen=True, kw_only=True)
class NicSpec:
    """One NIC of a guest; `network_locator` is the opaque text that the network driver gave. `rate_mbits` is what it
    sends and what it receives at most, for hosts that can cap it. Without `is_linked` its cable is out;
    where it `is_guarded` it is plugged in only with its guard (`GuardsNics`).
    """

    uuid: UUID
    mac: str
    network_locator: str
    device_index: int
    addresses: tuple[AddressSpec, ...] = ()
    mtu: int | None = None
    rate_mbits: int | None = None
    is_linked: bool = True
    is_guarded: bool = False

    def __post_init__(self) -> None:
        demand_mac(self.mac)
        demand_line(self.network_locator, "a network's locator", limit_characters=1024)
        demand(
            0 <= self.device_index <= DEVICE_INDEX_LIMIT, f"a device index must be 0 to {DEVICE_INDEX_LIMIT}"
        )
        demand(self.mtu is None or 576 <= self.mtu <= 65535, "an MTU must be 576 to 65535")
        demand(
            self.rate_mbits is None or 1 <= self.rate_mbits <= MOST_RATE_MBITS,
            f"a NIC's rate must be 1 to {MOST_RATE_MBITS} Mbit/s",
        )

    @property
    def guard(self) -> str:
        """The NIC's id where it is guarded, else empty."""
        return str(self.uuid) if self.is_guarded else ""


@dataclass(frozen=True, kw_only=True)
class NicConfig:
    """How the guest is to set up one NIC by itself. Without addresses, or with `asks_dhcp`, it asks by DHCP; the
    addresses then come on top.
    """

    mac: str
    addresses: tuple[AddressSpec, ...] = ()
    nameservers: tuple[str, ...] = ()
    asks_dhcp: bool = False
    mtu: int | None = None

    def __post_init__(self) -> None:
        demand_mac(self.mac)
        for server in self.nameservers:
            demand_ip(server, "a name server")
        demand(self.mtu is None or 576 <= self.mtu <= 65535, "an MTU must be 576 to 65535")

    @property
    def is_by_dhcp(self) -> bool:
        """True where the guest asks for an address."""
        return self.asks_dhcp or not self.addresses


@dataclass(frozen=True, kw_only=True)
class LoginChange:
    """A new password (its hash, as crypt(3) makes it) or new keys for a user of a guest that has lived already.

    None leaves it as it is. The guest takes each `number` once, at its next start.
    """

    number: int
    user: str
    password_hash: str | None = field(default=None, repr=False)
    ssh_keys: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        demand(
            USER_NAME.fullmatch(self.user) is not None, "a user must be 1 to 32 small letters, digits, _ or -"
        )
        is_hash = self.password_hash is None or PASSWORD_HASH.fullmatch(self.password_hash) is not None
        demand(is_hash, "a password's hash must be one of SHA-512 crypt")
        for key in self.ssh_keys or ():
            demand_line(key, "an ssh key", limit_characters=16384)


@dataclass(frozen=True, kw_only=True)
class GuestData:
    """What the guest reads about itself when it starts (cloud-init).

    A new `instance_id` makes the guest treat its next start as the first. `user_data` is the tenant's own text and
    `vendor_data` the operators'; neither is read by us. An empty `nics` leaves the network to DHCP.
    """

    instance_id: str
    hostname: str
    ssh_keys: tuple[str, ...] = ()
    user_data: str | None = None
    nics: tuple[NicConfig, ...] = ()
    vendor_data: str | None = None
    availability_zone: str = ""
    login: LoginChange | None = None
    format: GuestDataFormat = "nocloud"

    def __post_init__(self) -> None:
        demand_line(self.instance_id, "an instance id", limit_characters=64)
        demand(
            ":" not in self.instance_id and "#" not in self.instance_id, "an instance id must not hold : or #"
        )
        demand_host_name(self.hostname)
        for key in self.ssh_keys:
            demand_line(key, "an ssh key", limit_characters=16384)
        for text in (self.user_data, self.vendor_data):
            demand(
                len((text or "").encode()) <= USER_DATA_LIMIT_BYTES,
                f"user data must not exceed {USER_DATA_LIMIT_BYTES} bytes",
            )
        if self.availability_zone:
            demand_line(self.availability_zone, "an availability zone")
        demand(self.format in ("nocloud", "config-drive"), "guest data must be for NoCloud or a config drive")

    def digest(self) -> str:
        """A short text that is the same for the same data and differs for any other."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class GuestSpec:
    """A guest as the portal wants it.

    `cpu_mhz` is a weight for hypervisors that share by weight; the others ignore it and leave it to
    placement. `cpu_cap_percent` is what each of its CPUs gets of a real one at most, for hosts that can cap
    it. `os_type` is a hint such as "linux" or "windows" for the choice of virtual devices.
    `media` is what is in its CD drive. `most_cpus` and `most_memory_mib` are how far it should be able to grow while
    it runs; drivers that cannot do that ignore them.
    """

    uuid: UUID
    name: str
    cpus: int
    memory_mib: int
    disks: tuple[DiskSpec, ...]
    nics: tuple[NicSpec, ...]
    guest_data: GuestData | None = None
    cpu_mhz: int | None = None
    most_cpus: int | None = None
    most_memory_mib: int | None = None
    boot_order: tuple[BootDevice, ...] = ("disk",)
    os_type: str = "linux"
    cpu_cap_percent: int | None = None
    media: MediaSpec | None = None

    def __post_init__(self) -> None:
        demand_line(self.name, "a guest's name")
        demand(1 <= self.cpus <= 1024, "a guest must have 1 to 1024 CPUs")
        demand(16 <= self.memory_mib <= 64 * 1024 * 1024, "a guest's memory must be 16 MiB to 64 TiB")
        demand(
            self.cpus <= (self.most_cpus or self.cpus) <= 1024
            and self.memory_mib <= (self.most_memory_mib or self.memory_mib) <= 64 * 1024 * 1024,
            "a guest cannot have more than the most that it may grow to",
        )
        demand(
            _are_distinct([disk.device_index for disk in self.disks]), "two disks have the same device index"
        )
        demand(_are_distinct([disk.locator for disk in self.disks]), "one volume is named for two disks")
        demand(_are_distinct([nic.device_index for nic in self.nics]), "two NICs have the same device index")
        demand(_are_distinct([nic.mac for nic in self.nics]), "two NICs have the same MAC address")
        demand(len(self.boot_order) > 0, "a guest must boot from something")
        demand(
            self.cpu_cap_percent is None or 1 <= self.cpu_cap_percent <= 100,
            "a cap on CPUs must be 1 to 100 percent",
        )


def _are_distinct(values: list[int] | list[str]) -> bool:
    return len(set(values)) == len(values)
