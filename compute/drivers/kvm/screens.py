"""The part of a guest's XML that people see: its screen, and its first serial line with the log of it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID
from xml.etree.ElementTree import Element

from cloudportal.drivers.libvirtd import xml

# virtlogd keeps that many earlier pieces of a log at most (max_backups in virtlogd.conf is 3 as it comes).
KEPT_PIECES = 8
VIDEO_KIB = 16384
# Where a host keeps files for its guests unless its settings say otherwise.
DIRECTORY = "/var/lib/libvirt/cloudportal"


def log_name(uuid: UUID) -> str:
    """The file in which a guest's serial log is kept."""
    return f"{uuid}.serial.log"


def log_names(uuid: UUID) -> tuple[str, ...]:
    """That file, and all into which virtlogd may have divided it."""
    return (log_name(uuid), *(f"{log_name(uuid)}.{number}" for number in range(KEPT_PIECES)))


@dataclass(frozen=True)
class Screens:
    """How guests of one host are looked at: where their logs are, and where their VNC servers listen.

    Without an address they listen nowhere, and libvirt alone leads to them.
    """

    directory: str
    address: str

    def add_to(self, devices: Element, uuid: UUID) -> None:
        """The guest has a serial line that is logged, and a screen that lets nobody in."""
        serial = xml.child(devices, "serial", {"type": "pty"})
        # Anew at each start: what an earlier life wrote says nothing about this one.
        xml.child(serial, "log", {"file": f"{self.directory}/{log_name(uuid)}", "append": "off"})
        xml.child(serial, "target", {"port": "0"})
        xml.child(xml.child(devices, "console", {"type": "pty"}), "target", {"type": "serial", "port": "0"})
        devices.append(self.graphics(""))
        video = xml.child(devices, "video")
        xml.child(video, "model", {"type": "vga", "vram": str(VIDEO_KIB), "heads": "1"})

    def graphics(self, password: str, valid_to: str = "") -> Element:
        """The screen with this password, until that moment in UTC. libvirt takes an empty one for "nobody may"
        (https://libvirt.org/formatdomain.html#graphical-framebuffers), so that it is never open by mistake.
        """
        given = {"type": "vnc", "passwd": password, **({"passwdValidTo": valid_to} if valid_to else {})}
        if not self.address:
            made = xml.element("graphics", given)
            xml.child(made, "listen", {"type": "none"})
            return made
        made = xml.element("graphics", {**given, "port": "-1", "autoport": "yes"})
        xml.child(made, "listen", {"type": "address", "address": self.address})
        return made


# A host on this machine.
LOCAL = Screens(DIRECTORY, "")
