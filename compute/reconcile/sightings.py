"""Asking hosts what they run: side by side, each for a short time, with no transaction open."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from cloudportal.drivers.errors import DriverError
from compute.drivers.contract import ComputeDriver
from compute.drivers.facts import GuestFacts
from compute.drivers.nics import GuardsNics
from compute.reconcile.decisions import Sighting
from compute.reconcile.parts import parts_of
from compute.topology import states
from compute.topology.connections import ASK_SECONDS, compute_driver
from compute.topology.models import Host

AT_ONCE = 8
ASKED = (states.UP, states.UNREACHABLE, states.DISABLED, states.MAINTENANCE)


@dataclass
class Sightings:
    """What hosts said in one round: by guest where it was seen, who answered, who has been silent long, and of whom
    nothing is known this time: they were not asked, or did not answer just now.
    """

    by_guest: dict[UUID, list[Sighting]] = field(default_factory=lambda: defaultdict(list))
    asked: set[int] = field(default_factory=set)
    silent: set[int] = field(default_factory=set)
    unheard: set[int] = field(default_factory=set)


def look(hosts: Iterable[Host]) -> Sightings:
    """One look at every host. Whether a host is silent for good is the watch's to say."""
    seen = Sightings()
    opened = [(host, _opened(host)) for host in hosts]
    # The threads talk to hosts only, never to the database.
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="reconcile") as threads:
        answers = list(threads.map(_ask, [driver for _, driver in opened]))
    for (host, _), answer in zip(opened, answers, strict=True):
        if answer is not None:
            guests, guards = answer
            seen.asked.add(host.pk)
            for guest in guests:
                seen.by_guest[guest.uuid].append(Sighting(host.pk, guest.power, parts_of(guest, guards)))
        elif host.is_silent:
            seen.silent.add(host.pk)
    everywhere = Host.objects.filter(state__in=ASKED).values_list("pk", flat=True)
    seen.unheard = set(everywhere) - seen.asked - seen.silent
    return seen


def hosts_to_ask() -> list[Host]:
    """Every host that may have guests."""
    return list(Host.objects.filter(state__in=ASKED).select_related("cluster").order_by("pk"))


def _opened(host: Host) -> ComputeDriver | None:
    try:
        return compute_driver(host, timeout_seconds=ASK_SECONDS)
    except DriverError:
        # The watch asks the same host and tells operators what is wrong with its settings.
        return None


def _ask(driver: ComputeDriver | None) -> tuple[tuple[GuestFacts, ...], Mapping[UUID, str]] | None:
    if driver is None:
        return None
    try:
        with driver:
            # Guards first: one that comes or changes in between is looked at again in the next round.
            guards = driver.guarded() if isinstance(driver, GuardsNics) else {}
            return driver.list_guests(), guards
    except DriverError:
        # As above: an answer that does not come is the watch's business, and here it means "not known".
        return None
