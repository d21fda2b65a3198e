"""The CD drive in a guest's XML."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.locators import file_locator, path_in
from compute.drivers.media import MediaSpec

# The machine's one IDE channel: every firmware and installer knows how to read it.
TARGET = "hda"


def add_drive(devices: Element, media: MediaSpec | None) -> None:
    """The drive with what is in it; raises InvalidSpec for a locator that is not of this kind of host."""
    made = xml.child(devices, "disk", {"type": "file", "device": "cdrom"})
    xml.child(made, "driver", {"name": "qemu", "type": "raw"})
    if media is not None:
        xml.child(made, "source", {"file": path_in(media.locator)})
    xml.child(made, "target", {"dev": TARGET, "bus": "ide"})
    xml.child(made, "readonly")


def is_drive(found: Element) -> bool:
    """True for a CD drive among the disks of a guest."""
    return found.get("device") == "cdrom"


def media_in(root: Element) -> str | None:
    """The locator of what is in a guest's drive, or None."""
    for found in root.findall("devices/disk"):
        path = xml.attribute(found, "source", "file")
        if is_drive(found) and path:
            return file_locator(path)
    return None
