"""The locators that libvirt's storage and network drivers give and the KVM driver reads."""

from __future__ import annotations

from cloudportal.drivers.errors import InvalidSpec

FILE = "file"
NETWORK = "libvirt-network"


def file_locator(path: str) -> str:
    """A volume that is a file on the host."""
    return f"{FILE}:{path}"


def network_locator(name: str) -> str:
    """A network by its name on the host."""
    return f"{NETWORK}:{name}"


def path_in(locator: str) -> str:
    """The path in a file's locator; raises InvalidSpec for any other text."""
    kind, _, path = locator.partition(":")
    if kind != FILE or not path.startswith("/") or ".." in path.split("/"):
        raise InvalidSpec(detail=f"a KVM host reads only volume locators like {FILE}:/path")
    return path


def network_in(locator: str) -> str:
    """The network's name in its locator; raises InvalidSpec for any other text."""
    kind, _, name = locator.partition(":")
    if kind != NETWORK or not name or "/" in name:
        raise InvalidSpec(detail=f"a KVM host reads only network locators like {NETWORK}:name")
    return name
