"""What a comparison amounts to. Pure functions: they ask no table, no driver and no clock."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from compute import states
from compute.drivers.facts import Power
from compute.reconcile.parts import Parts, differences

AT_REST = (states.STOPPED, states.DESTROYED, states.ERROR, states.EXPUNGED)
# One look may fall between two steps of a job, or into a host's own hiccup; the same look twice does not.
LOOKS_NEEDED = 2


class Kind(StrEnum):
    """In which way an instance is not as its rows say."""

    STOPPED = "stopped"
    GONE = "gone"
    PAUSED = "paused"
    SILENT = "silent"
    RUNNING = "running"
    LEFTOVER = "leftover"
    ELSEWHERE = "elsewhere"
    TWICE = "twice"
    STUCK = "stuck"
    CHANGED = "changed"


# What is safe is done without asking: a guest that switched itself off is stopped for good, and one that is off
# where it does not belong is removed from there. Everything else needs a person.
AUTOMATIC = {Kind.STOPPED: "instance.stop", Kind.LEFTOVER: "instance.clean"}


@dataclass(frozen=True)
class Recorded:
    """An instance as its rows have it. `is_busy`: a job has it, or has had it since we looked at the hosts.

    `parts` are its disks and NICs; without them nothing is said of those.
    """

    state: str
    host_id: int | None
    is_busy: bool = False
    parts: Parts | None = None


@dataclass(frozen=True)
class Sighting:
    """The instance's guest, as a host has it."""

    host_id: int
    power: Power
    parts: Parts | None = None


@dataclass(frozen=True)
class Finding:
    """Rows and world differ in this way, at this host (None where no host is to blame).

    `details` says in words what is missing and what was added, where parts of the guest differ.
    """

    kind: Kind
    host_id: int | None = None
    details: tuple[str, ...] = ()


def decide(
    recorded: Recorded | None,
    sightings: Collection[Sighting],
    *,
    asked: Collection[int],
    silent: Collection[int],
    unheard: Collection[int] = (),
) -> Finding | None:
    """How an instance differs from its rows, or None where it does not or cannot be told.

    `asked` are the hosts that answered in this round, `silent` those that have not answered for long, `unheard` the
    others that are there: of what runs on them nothing is known. A guest without rows (`recorded` is None) is somebody
    else's and never a finding.
    """
    if recorded is None or recorded.is_busy:
        return None
    if recorded.state in states.INSTANCE.transient:
        return Finding(Kind.STUCK, recorded.host_id)
    if recorded.state in AT_REST:
        return _at_rest(recorded, sightings, silent)
    # Its guest may well run where it should, too: what others run of it says nothing without that.
    if recorded.host_id in unheard:
        return None
    return _running(recorded, sightings, asked, silent)


def _at_rest(recorded: Recorded, sightings: Collection[Sighting], silent: Collection[int]) -> Finding | None:
    running = [one for one in sightings if one.power in (Power.ON, Power.PAUSED)]
    if running:
        return Finding(Kind.RUNNING, running[0].host_id)
    # Its claim was kept there, and nothing but a person can free it from a host that may never come back.
    if recorded.host_id in silent:
        return Finding(Kind.SILENT, recorded.host_id)
    left = [one for one in sightings if one.power is Power.OFF and one.host_id != recorded.host_id]
    return Finding(Kind.LEFTOVER, left[0].host_id) if left else None


def _running(
    recorded: Recorded, sightings: Collection[Sighting], asked: Collection[int], silent: Collection[int]
) -> Finding | None:
    home = next((one for one in sightings if one.host_id == recorded.host_id), None)
    here = home.power if home else None
    others = [one for one in sightings if one.host_id != recorded.host_id]
    lively = [one for one in others if one.power is not Power.OFF]
    if lively:
        kind = Kind.TWICE if here in (Power.ON, Power.PAUSED) else Kind.ELSEWHERE
        return Finding(kind, lively[0].host_id)
    if recorded.host_id in silent:
        return Finding(Kind.SILENT, recorded.host_id)
    if recorded.host_id not in asked:
        return None
    own = {None: Kind.GONE, Power.OFF: Kind.STOPPED, Power.PAUSED: Kind.PAUSED}.get(here)
    if own is not None:
        return Finding(own, recorded.host_id)
    return _changed(recorded, home) or (Finding(Kind.LEFTOVER, others[0].host_id) if others else None)


def _changed(recorded: Recorded, home: Sighting | None) -> Finding | None:
    if home is None or home.parts is None or recorded.parts is None:
        return None
    details = differences(recorded.parts, home.parts)
    return Finding(Kind.CHANGED, recorded.host_id, details) if details else None


class Reaction(StrEnum):
    """What follows from a finding, given what was found before."""

    NOTHING = "nothing"
    CLEAR = "clear"
    NOTE = "note"
    ALERT = "alert"
    SUBMIT = "submit"


@dataclass(frozen=True)
class Before:
    """The last finding that is on record for the instance: how often it was made, and whether to ignore it."""

    finding: Finding
    times: int
    is_ignored: bool = False


def react(finding: Finding | None, before: Before | None, *, can_tell: bool = True) -> Reaction:
    """A difference is noted once, and acted on when it is found again; one that is over is cleared.

    `can_tell` is False where the host of the earlier finding has not answered, so that nothing is known to be over.
    """
    if finding is None:
        return Reaction.CLEAR if before and can_tell else Reaction.NOTHING
    if before is None or before.finding != finding:
        return Reaction.NOTE
    if before.is_ignored or before.times + 1 < LOOKS_NEEDED:
        return Reaction.NOTE
    return Reaction.SUBMIT if finding.kind in AUTOMATIC else Reaction.ALERT
