"""What every driver that plugs NICs refuses alike."""

from __future__ import annotations

from cloudportal.drivers.errors import Refused
from compute.drivers.facts import NicFacts
from compute.drivers.specs import NicSpec


def demand_same_place(nic: NicSpec, seen: NicFacts | None) -> None:
    """A NIC that is there is in the network and the place where it is wished; raises Refused."""
    if seen and (seen.network_locator, seen.device_index) != (nic.network_locator, nic.device_index):
        raise Refused(
            "A network card cannot be moved to another network or place. Take it out and put in another.",
            detail=f"NIC {nic.mac}",
        )
