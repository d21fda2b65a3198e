"""The parts of a guest that can change behind our back: its disks and NICs, as rows have them and as a host has them.

Each part is told apart by what its guest cannot change (a volume's locator, a NIC's MAC address and network), and comes
with the words in which people know it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from compute import states
from compute.drivers.facts import GuestFacts
from compute.models import Nic, VolumeAttachment
from networking.models import NetworkPlacement

Parts = Mapping[str, str]


def parts_of(guest: GuestFacts) -> Parts:
    """What the guest has. Read-only disks are left out: they are media, which come and go."""
    disks = {_disk(one.locator): f"the disk {one.locator}" for one in guest.disks if not one.is_read_only}
    nics = {
        _nic(one.mac, one.network_locator): f"the NIC {one.mac} on {one.network_locator}"
        for one in guest.nics
    }
    return {**disks, **nics}


def recorded_on(hosts: Iterable[int]) -> Mapping[int, Parts]:
    """What each instance that should run on these hosts has by its rows, by its primary key. Three queries."""
    wanted = {"instance__state": states.RUNNING, "instance__host__in": list(hosts)}
    found: dict[int, dict[str, str]] = defaultdict(dict)
    disks = VolumeAttachment.objects.filter(**wanted).order_by()
    for pk, locator, name in disks.values_list("instance_id", "volume__locator", "volume__name"):
        found[pk][_disk(locator)] = f"the disk {name}"
    locators = _locators(hosts)
    nics = Nic.objects.filter(**wanted).order_by()
    for pk, host, network, mac, name in nics.values_list(
        "instance_id", "instance__host_id", "network_id", "mac", "network__name"
    ):
        found[pk][_nic(mac, locators.get((network, host), ""))] = f"the NIC {mac} on {name}"
    return found


def differences(recorded: Parts, seen: Parts) -> tuple[str, ...]:
    """What the guest lacks and what was added to it, in words and in a fixed order; empty where it fits."""
    missing = [f"{words} is missing" for key, words in recorded.items() if key not in seen]
    added = [f"{words} was added" for key, words in seen.items() if key not in recorded]
    return (*sorted(missing), *sorted(added))


def _locators(hosts: Iterable[int]) -> Mapping[tuple[int, int], str]:
    rows = NetworkPlacement.objects.filter(host__in=list(hosts))
    return {
        (network, host): locator
        for network, host, locator in rows.values_list("network_id", "host_id", "locator")
    }


def _disk(locator: str) -> str:
    return f"disk {locator}"


def _nic(mac: str, network_locator: str) -> str:
    return f"nic {mac} {network_locator}"
