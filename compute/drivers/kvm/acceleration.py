"""Finds out whether hardware acceleration really works on a host, by running a guest that needs it.

libvirt's capabilities cannot be trusted: on some machines /dev/kvm exists, is listed, starts a guest and
never runs it.
"""

from __future__ import annotations

import threading
import time
import uuid

from cloudportal.drivers.errors import NotThere, Refused, Unsupported
from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.link import Talk, library
from compute.drivers.facts import Power
from compute.drivers.kvm.files import HostFiles
from compute.drivers.kvm.reading import power_of

# A healthy host needs well under a second; a loaded one a few. A host that hangs would never end.
SMOKE_SECONDS = 8.0
POLL_SECONDS = 0.05
MEMORY_MIB = 32
# SeaBIOS boots no disk that is much smaller.
DISK_BYTES = 2 * 1024 * 1024

# A boot sector that enters 64-bit mode with paging, as every kernel does, counts twenty million down there,
# and resets the machine through the keyboard controller. Counting takes 10 ms with acceleration; where the
# processor's mode is only imitated, step by step, it does not end. The reset then ends the guest, for so it
# is defined.
SMOKE = bytes.fromhex(
    "fa31c08ed88ec08ed0"  # cli; ds = es = ss = 0
    "66bf001000000f22df"  # page tables from 0x1000
    "6631c0b9000cfc66f3ab"  # cleared
    "66c706001003200000"  # one entry in each of three levels:
    "66c706002003300000"
    "66c706003083000000"  # the first 2 MiB, mapped to themselves
    "0f20e00c200f22e0"  # physical address extension
    "66b9800000c00f3280cc010f30"  # long mode
    "0f20c0660d010000800f22c0"  # paging and protection
    "0f0116827cea627c0800"  # into the 64-bit segment
    "b9002d3101ffc975fc"  # count down
    "b0fee664f4ebfd"  # reset; halt
    "00000000000000000000000000"
    "9a20000f00727c0000"  # segments
)

_found: dict[str, str] = {}
_lock = threading.Lock()


def working(talk: Talk, uri: str, files: HostFiles) -> str:
    """ "kvm" when a guest really runs with it on that host, else "qemu". Tried once in a process for each
    host.
    """
    with _lock:
        if uri not in _found:
            _found[uri] = "kvm" if runs(talk, files, "kvm") else "qemu"
        return _found[uri]


def runs(talk: Talk, files: HostFiles, kind: str, *, limit_seconds: float = SMOKE_SECONDS) -> bool:
    """Whether a guest of that kind runs to its end in time. It leaves nothing behind."""
    name = f"smoke-{uuid.uuid4()}.img"
    path = files.put(talk, name, SMOKE.ljust(510, b"\0") + b"\x55\xaa", size_bytes=DISK_BYTES)
    try:
        return _ends(talk, smoke_xml(kind, path), min(limit_seconds, talk.deadline.remaining_seconds() / 2))
    except (Refused, Unsupported):
        return False
    finally:
        files.remove(talk, name)


def smoke_xml(kind: str, path: str) -> str:
    """A guest that ends itself by a reset, and is gone when it ends or when our connection does."""
    root = xml.element("domain", {"type": kind})
    xml.child(root, "name", text=f"smoke-{uuid.uuid4()}")
    xml.child(root, "memory", {"unit": "MiB"}, str(MEMORY_MIB))
    xml.child(root, "vcpu", text="1")
    xml.child(xml.child(root, "os"), "type", {"arch": "x86_64", "machine": "pc"}, "hvm")
    xml.child(root, "on_reboot", text="destroy")
    devices = xml.child(root, "devices")
    disk = xml.child(devices, "disk", {"type": "file", "device": "disk"})
    xml.child(disk, "driver", {"name": "qemu", "type": "raw"})
    xml.child(disk, "source", {"file": path})
    xml.child(disk, "target", {"dev": "vda", "bus": "virtio"})
    xml.child(devices, "controller", {"type": "usb", "model": "none"})
    return xml.write(root)


def _ends(talk: Talk, description: str, limit_seconds: float) -> bool:
    guest = talk.act(talk.connection.createXML, description, library().VIR_DOMAIN_START_AUTODESTROY)
    end = time.monotonic() + limit_seconds
    try:
        while time.monotonic() < end:
            if power_of(*talk.look(guest.state, 0)) is Power.OFF:
                return True
            time.sleep(POLL_SECONDS)
        talk.act(guest.destroy)
    except NotThere:
        return True
    return False
