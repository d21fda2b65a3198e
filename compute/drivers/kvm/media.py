"""What is in the CD drive of a guest on a KVM host: changed while it is off or runs."""

from __future__ import annotations

from typing import Any

from cloudportal.drivers.errors import NotThere, Refused
from cloudportal.drivers.libvirtd import xml
from cloudportal.drivers.libvirtd.link import Talk, library
from compute.drivers.facts import Power
from compute.drivers.kvm import power
from compute.drivers.kvm.drives import add_drive
from compute.drivers.media import MediaSpec


def change(talk: Talk, domain: Any, media: MediaSpec | None) -> None:
    """The drive holds the image, or nothing; see the contract."""
    devices = xml.element("devices")
    add_drive(devices, media)
    flags = library()
    wanted = int(flags.VIR_DOMAIN_AFFECT_CONFIG)
    if power.power_now(talk, domain) is not Power.OFF:
        # Forced, for a guest that reads a CD keeps its tray locked.
        wanted |= int(flags.VIR_DOMAIN_AFFECT_LIVE | flags.VIR_DOMAIN_DEVICE_MODIFY_FORCE)
    try:
        talk.act(domain.updateDeviceFlags, xml.write(devices[0]), wanted)
    except (NotThere, Refused) as fault:
        # Is it the guest that is missing? Asking for its power tells: it raises NotThere for that.
        power.power_now(talk, domain)
        raise Refused(
            "The drive could not be changed: the image is missing on the host, or the instance was started before it "
            "had a drive. Stop the instance and start it again.",
            detail=fault.detail,
        ) from fault
