"""The parts of a guest that can change behind our back: its disks and NICs, as rows have them and as a host has them.

Each part is told apart by what its guest cannot change (a volume's locator, a NIC's MAC address and network), and comes
with the words in which people know it. What can change about a NIC without its becoming another are its traits: whether
its cable is in, which guard it is held to, and what that lets through.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from compute import states
from compute.drivers.facts import GuestFacts, NicFacts
from compute.models import Nic, VolumeAttachment
from compute.topology.abilities import drivers_that_can
from networking.models import NetworkPlacement

CABLE, GUARD, RULES = "cable", "guard", "rules"


@dataclass(frozen=True)
class Part:
    """What it is in words, and its traits. One that is not named in the rows may be as it likes."""

    words: str
    traits: Mapping[str, str] = field(default_factory=dict)


Parts = Mapping[str, Part]


def parts_of(guest: GuestFacts, guards: Mapping[UUID, str]) -> Parts:
    """What the guest has, where the host has these guards. Read-only disks are left out: they are media, which come and
    go.
    """
    disks = {
        _disk(one.locator): Part(f"the disk {one.locator}") for one in guest.disks if not one.is_read_only
    }
    nics = {
        _nic(one.mac, one.network_locator): Part(
            f"the NIC {one.mac} on {one.network_locator}", _traits(one, guards)
        )
        for one in guest.nics
    }
    return {**disks, **nics}


def recorded_on(hosts: Iterable[int]) -> Mapping[int, Parts]:
    """What each instance that should run on these hosts has by its rows, by its primary key. Three queries."""
    wanted = {"instance__state": states.RUNNING, "instance__host__in": list(hosts)}
    found: dict[int, dict[str, Part]] = defaultdict(dict)
    disks = VolumeAttachment.objects.filter(**wanted).order_by()
    for pk, locator, name in disks.values_list("instance_id", "volume__locator", "volume__name"):
        found[pk][_disk(locator)] = Part(f"the disk {name}")
    locators, guarding = _locators(hosts), drivers_that_can("GuardsNics")
    for nic in Nic.objects.filter(**wanted).select_related("instance__host", "network").order_by():
        host = nic.instance.host
        if host is not None:
            key = _nic(nic.mac, locators.get((nic.network_id, host.pk), ""))
            traits = _recorded_traits(nic, is_guarded=host.driver in guarding)
            found[nic.instance_id][key] = Part(f"the NIC {nic.mac} on {nic.network.name}", traits)
    return found


def differences(recorded: Parts, seen: Parts) -> tuple[str, ...]:
    """What the guest lacks, what was added to it and what was changed, in words and in a fixed order; empty where it
    fits.
    """
    missing = [f"{part.words} is missing" for key, part in recorded.items() if key not in seen]
    added = [f"{part.words} was added" for key, part in seen.items() if key not in recorded]
    changed = [
        f"{part.words}: {_said(trait, seen[key].traits[trait])}"
        for key, part in recorded.items()
        for trait, wished in part.traits.items()
        if key in seen and seen[key].traits.get(trait, wished) != wished
    ]
    return (*sorted(missing), *sorted(added), *sorted(changed))


def _cable(is_linked: bool) -> str:
    return "in" if is_linked else "out"


def _traits(nic: NicFacts, guards: Mapping[UUID, str]) -> Mapping[str, str]:
    digest = guards.get(UUID(nic.guard)) if nic.guard else None
    rules = {} if digest is None else {RULES: digest}
    return {CABLE: _cable(nic.is_linked), GUARD: nic.guard, **rules}


def _recorded_traits(nic: Nic, *, is_guarded: bool) -> Mapping[str, str]:
    traits = {CABLE: _cable(nic.is_linked)}
    if is_guarded:
        traits[GUARD] = str(nic.uuid)
    # While the host is still to be told of a change, what it has is an older guard.
    if nic.guard_digest and nic.guard_applied == nic.guard_wanted:
        traits[RULES] = nic.guard_digest
    return traits


def _said(trait: str, seen: str) -> str:
    if trait == CABLE:
        return f"its cable is {seen}"
    if trait == GUARD:
        return "its guard is that of another card" if seen else "its guard is missing"
    return "its guard lets other things through"


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
