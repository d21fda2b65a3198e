"""Directories of NFS servers that hosts of libvirt mount: how they may be written, and their pools' XML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from uuid import UUID, uuid5

from cloudportal.drivers.errors import InvalidSpec
from cloudportal.drivers.libvirtd import xml

# Where every host mounts shares, each under the id of its pool: a volume's path is the same wherever its guest runs.
MOUNTED_IN = "/var/lib/libvirt/pools"
# https://libvirt.org/formatstorage.html#namespaces
OPTIONS_NAMESPACE = "http://libvirt.org/schemas/storagepool/fs/1.0"
# One share, one pool of a host, whatever it is for.
NAMES = UUID("6f2f6a0e-6c0c-5a38-9a2c-1a2f6f2d9f35")

LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
# A name that ends so would be an address after all, in a spelling that programs read differently.
NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
SERVER_LIMIT_CHARACTERS = 253
# mount(8) takes commas for the end of an option, and /proc/mounts writes what is rarer than this in octal.
PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@+-]*")
EXPORT_LIMIT_CHARACTERS = 255

# nfs(5). What is not here could weaken a host (suid, dev), run without an end (bg, retry), or is libvirt's own affair.
FLAGS = frozenset(
    {"hard", "soft", "softreval", "nolock", "lock", "noatime", "relatime", "nordirplus", "nocto", "noac"}
)
CHOICES: Mapping[str, frozenset[str]] = {
    "nfsvers": frozenset({"3", "4", "4.0", "4.1", "4.2"}),
    "vers": frozenset({"3", "4", "4.0", "4.1", "4.2"}),
    "proto": frozenset({"tcp", "tcp6"}),
    "sec": frozenset({"sys", "krb5", "krb5i", "krb5p"}),
    "lookupcache": frozenset({"all", "none", "pos", "positive"}),
}
NUMBERS: Mapping[str, tuple[int, int]] = {
    # Tenths of a second.
    "timeo": (1, 6000),
    "retrans": (0, 100),
    "rsize": (1024, 1048576),
    "wsize": (1024, 1048576),
    "nconnect": (1, 16),
    "port": (1, 65535),
    "mountport": (1, 65535),
    "actimeo": (0, 86400),
}
EXCLUSIVE = (
    frozenset({"hard", "soft", "softreval"}),
    frozenset({"lock", "nolock"}),
    frozenset({"nfsvers", "vers"}),
)
# Without it, mount.nfs tries for two minutes, while libvirt keeps everybody else from the pool.
ALWAYS = ("retry=0",)


@dataclass(frozen=True, kw_only=True)
class Share:
    """A directory that an NFS server exports, and how hosts mount it; `options` is a list with commas."""

    server: str
    export: str
    options: str = ""

    def __post_init__(self) -> None:
        faults = (server_fault(self.server), export_fault(self.export), options_fault(self.options))
        if any(faults):
            raise InvalidSpec(detail="the server, the export or the options of an NFS pool")

    @property
    def key(self) -> UUID:
        """The same for the same directory of the same server, whatever the options."""
        return uuid5(NAMES, f"{self.server.lower()}:{self.export}")

    @property
    def host(self) -> str:
        """The server as it is written before a colon, which libvirt leaves to us."""
        return f"[{self.server}]" if ":" in self.server else self.server

    @property
    def mount_options(self) -> tuple[str, ...]:
        """What mount(8) is told, in one order."""
        return (*ALWAYS, *sorted(filter(None, self.options.split(","))))


def server_fault(value: str) -> str | None:
    """A sentence that says why this is no server, or None."""
    try:
        address = ip_address(value)
    except ValueError:
        return _name_fault(value)
    if address.is_unspecified or address.is_multicast or address.is_link_local:
        return "No server can have this address. Give the one by which all hosts reach it."
    if isinstance(address, IPv6Address) and "%" in value:
        return "Give the address without an interface."
    return None


def export_fault(value: str) -> str | None:
    """A sentence that says why this cannot be exported, or None."""
    if len(value) > EXPORT_LIMIT_CHARACTERS:
        return f"Use at most {EXPORT_LIMIT_CHARACTERS} characters."
    root, *parts = value.split("/")
    if root or not parts or not all(map(PART.fullmatch, parts)):
        return (
            "Write the path as the server exports it, such as /export/primary: letters, digits and . _ @ + - "
            "between single slashes, and no part that begins with a dot or a dash."
        )
    return None


def options_fault(value: str) -> str | None:
    """A sentence that says why these options cannot be used, or None."""
    options = value.split(",") if value else []
    names = [option.partition("=")[0] for option in options]
    if not all(map(_is_known, options)):
        return f"Use only these, with single commas between them: {_known()}."
    if len(set(names)) < len(names) or any(len(group & set(names)) > 1 for group in EXCLUSIVE):
        return "Two of these options say the same or contradict each other. Leave one of them out."
    return None


def mount_path(uuid: UUID) -> str:
    """Where the hosts mount the share of the pool with that id."""
    return f"{MOUNTED_IN}/{uuid}"


def pool_xml(uuid: UUID, name: str, share: Share) -> str:
    """The pool as libvirt is asked for it."""
    root = xml.element("pool", {"type": "netfs"})
    xml.child(root, "name", text=name)
    xml.child(root, "uuid", text=str(uuid))
    source = xml.child(root, "source")
    xml.child(source, "host", {"name": share.host})
    xml.child(source, "dir", {"path": share.export})
    xml.child(source, "format", {"type": "nfs"})
    xml.child(xml.child(root, "target"), "path", text=mount_path(uuid))
    options = xml.child(root, f"{{{OPTIONS_NAMESPACE}}}mount_opts")
    for option in share.mount_options:
        xml.child(options, f"{{{OPTIONS_NAMESPACE}}}option", {"name": option})
    return xml.write(root)


def options_in(text: str) -> tuple[str, ...]:
    """The mount options in a pool's XML."""
    path = f"{{{OPTIONS_NAMESPACE}}}mount_opts/{{{OPTIONS_NAMESPACE}}}option"
    return tuple(one.get("name", "") for one in xml.read(text).iterfind(path))


def _name_fault(value: str) -> str | None:
    labels = value.split(".")
    is_name = len(value) <= SERVER_LIMIT_CHARACTERS and all(map(LABEL.fullmatch, labels))
    if not is_name or NUMBER.fullmatch(labels[-1]):
        return "Give the server's host name or its IP address, such as nas1.example.org or 10.0.0.5."
    return None


def _is_known(option: str) -> bool:
    name, sign, given = option.partition("=")
    if name in FLAGS:
        return not sign
    if name in CHOICES:
        return given in CHOICES[name]
    least, most = NUMBERS.get(name, (1, 0))
    return re.fullmatch(r"[0-9]{1,7}", given) is not None and least <= int(given) <= most


def _known() -> str:
    return ", ".join([*sorted(FLAGS), *(f"{name}=…" for name in sorted({*CHOICES, *NUMBERS}))])
