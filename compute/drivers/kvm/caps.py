"""Finds out what a host can really hold guests to, by asking it for something that needs it.

Capabilities do not tell: CPU caps need a control group that a daemon may not have, and libvirt caps a NIC with a queue
(sch_sfq) and a policer (act_police) that not every kernel has. A guest that asks for either would not start.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from cloudportal.drivers.errors import DriverError, NotThere, Refused, Unsupported
from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.link import Talk, library
from compute.drivers.kvm.tuning import add_cpu_cap, add_rate

MEMORY_MIB = 16

_found: dict[tuple[str, str], bool] = {}
_lock = threading.Lock()


def can_cap_cpu(talk: Talk, uri: str) -> bool:
    """Whether a guest with a cap on its CPUs starts there. Tried once in a process for each host."""
    return _once(uri, "cpu", lambda: _starts(talk))


def can_cap_network(talk: Talk, uri: str) -> bool:
    """Whether a network with a cap on its traffic, which needs what a NIC's needs, starts there. Tried as above."""
    return _once(uri, "network", lambda: _lays(talk))


def _once(uri: str, what: str, look: Callable[[], bool]) -> bool:
    with _lock:
        if (uri, what) not in _found:
            _found[uri, what] = look()
        return _found[uri, what]


def probe_guest_xml() -> str:
    """A guest without disks that asks for a cap on its CPU."""
    root = xml.element("domain", {"type": "qemu"})
    xml.child(root, "name", text=f"probe-{uuid.uuid4()}")
    xml.child(root, "memory", {"unit": "MiB"}, str(MEMORY_MIB))
    xml.child(root, "vcpu", text="1")
    add_cpu_cap(root, 50)
    xml.child(xml.child(root, "os"), "type", {"arch": "x86_64", "machine": "pc"}, "hvm")
    xml.child(xml.child(root, "devices"), "controller", {"type": "usb", "model": "none"})
    return xml.write(root)


def probe_network_xml() -> str:
    """A bridge that leads nowhere, has no addresses, and asks for a cap on its traffic."""
    unique = uuid.uuid4()
    root = xml.element("network")
    xml.child(root, "name", text=f"probe-{unique}")
    # Interface names have at most 15 characters.
    xml.child(root, "bridge", {"name": f"pb{unique.hex[:10]}", "stp": "off"})
    add_rate(root, 1)
    return xml.write(root)


def _starts(talk: Talk) -> bool:
    flags = library().VIR_DOMAIN_START_AUTODESTROY | library().VIR_DOMAIN_START_PAUSED
    return _is_given(talk, talk.connection.createXML, probe_guest_xml(), flags)


def _lays(talk: Talk) -> bool:
    return _is_given(talk, talk.connection.networkCreateXML, probe_network_xml())


def _is_given(talk: Talk, ask: Callable[..., Any], *arguments: Any) -> bool:
    """Whether the host gives what is asked for. It is taken away again at once."""
    try:
        given = talk.act(ask, *arguments)
    except (Refused, Unsupported, NotThere):
        return False
    with suppress(DriverError):
        talk.act(given.destroy)
    return True
