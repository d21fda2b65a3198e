"""The decision table of the reconciler: what is recorded, what is seen, and what that amounts to."""

import pytest

from compute import states
from compute.drivers.facts import Power
from compute.reconcile.decisions import (
    AUTOMATIC,
    Before,
    Finding,
    Kind,
    Reaction,
    Recorded,
    Sighting,
    decide,
    react,
)
from compute.reconcile.parts import Part

HOME, AWAY = 1, 2
RUNNING = Recorded(states.RUNNING, HOME)
RESTING = [
    Recorded(state, None) for state in (states.STOPPED, states.DESTROYED, states.ERROR, states.EXPUNGED)
]


def at(host_id, power):
    return Sighting(host_id, power)


def decided(recorded, *sightings, asked=(HOME, AWAY), silent=(), unheard=()):
    return decide(recorded, sightings, asked=asked, silent=silent, unheard=unheard)


@pytest.mark.parametrize(
    ("recorded", "sightings", "expected"),
    [
        (RUNNING, [at(HOME, Power.ON)], None),
        (RUNNING, [at(HOME, Power.UNKNOWN)], None),
        (RUNNING, [at(HOME, Power.OFF)], Finding(Kind.STOPPED, HOME)),
        (RUNNING, [at(HOME, Power.PAUSED)], Finding(Kind.PAUSED, HOME)),
        (RUNNING, [], Finding(Kind.GONE, HOME)),
        (RUNNING, [at(AWAY, Power.ON)], Finding(Kind.ELSEWHERE, AWAY)),
        (RUNNING, [at(AWAY, Power.PAUSED)], Finding(Kind.ELSEWHERE, AWAY)),
        (RUNNING, [at(AWAY, Power.OFF)], Finding(Kind.GONE, HOME)),
        (RUNNING, [at(HOME, Power.OFF), at(AWAY, Power.ON)], Finding(Kind.ELSEWHERE, AWAY)),
        (RUNNING, [at(HOME, Power.ON), at(AWAY, Power.ON)], Finding(Kind.TWICE, AWAY)),
        (RUNNING, [at(HOME, Power.PAUSED), at(AWAY, Power.ON)], Finding(Kind.TWICE, AWAY)),
        (RUNNING, [at(HOME, Power.ON), at(AWAY, Power.OFF)], Finding(Kind.LEFTOVER, AWAY)),
    ],
)
def test_a_running_instance(recorded, sightings, expected):
    assert decided(recorded, *sightings) == expected


def test_what_others_run_says_nothing_while_its_own_host_is_not_heard():
    seen = at(AWAY, Power.ON)
    assert decided(RUNNING, seen, asked=(AWAY,), unheard=(HOME,)) is None
    assert decided(RUNNING, seen, asked=(AWAY,)) == Finding(Kind.ELSEWHERE, AWAY)


@pytest.mark.parametrize("recorded", RESTING, ids=lambda recorded: recorded.state)
@pytest.mark.parametrize(
    ("sightings", "expected"),
    [
        ([], None),
        ([at(AWAY, Power.OFF)], Finding(Kind.LEFTOVER, AWAY)),
        ([at(AWAY, Power.ON)], Finding(Kind.RUNNING, AWAY)),
        ([at(AWAY, Power.PAUSED)], Finding(Kind.RUNNING, AWAY)),
        ([at(AWAY, Power.UNKNOWN)], None),
        ([at(HOME, Power.OFF), at(AWAY, Power.ON)], Finding(Kind.RUNNING, AWAY)),
    ],
)
def test_an_instance_at_rest(recorded, sightings, expected):
    assert decided(recorded, *sightings) == expected


def test_a_stopped_instance_that_kept_its_host_may_be_there_switched_off():
    kept = Recorded(states.STOPPED, HOME)
    assert decided(kept, at(HOME, Power.OFF)) is None
    assert decided(kept) is None
    assert decided(kept, at(HOME, Power.ON)) == Finding(Kind.RUNNING, HOME)


@pytest.mark.parametrize("state", [one.state for one in RESTING])
def test_one_at_rest_that_kept_a_silent_host_waits_for_a_person(state):
    kept, silent = Recorded(state, HOME), {"asked": (AWAY,), "silent": (HOME,)}
    assert decided(kept, **silent) == Finding(Kind.SILENT, HOME)
    assert decided(kept, at(AWAY, Power.OFF), **silent) == Finding(Kind.SILENT, HOME)
    assert decided(kept, at(AWAY, Power.ON), **silent) == Finding(Kind.RUNNING, AWAY)
    assert decided(Recorded(state, None), **silent) is None
    assert decided(kept, asked=(AWAY,), unheard=(HOME,)) is None


def test_a_guest_that_nobody_knows_is_never_a_finding():
    for power in Power:
        assert decided(None, at(HOME, power)) is None


def test_what_a_job_has_is_left_alone():
    for state in states.INSTANCE.states:
        assert decided(Recorded(state, HOME, is_busy=True), at(AWAY, Power.ON)) is None


def test_a_silent_host_is_a_finding_and_not_a_stopped_instance():
    assert decided(RUNNING, asked=(AWAY,), silent=(HOME,)) == Finding(Kind.SILENT, HOME)


def test_a_guest_seen_elsewhere_outweighs_its_silent_host():
    found = decided(RUNNING, at(AWAY, Power.ON), asked=(AWAY,), silent=(HOME,))
    assert found == Finding(Kind.ELSEWHERE, AWAY)


def test_a_host_that_was_not_asked_proves_nothing():
    assert decided(RUNNING, asked=(AWAY,)) is None


PARTS = {
    "disk a": Part("the disk a"),
    "nic b": Part("the NIC b", {"cable": "in", "guard": "b", "rules": "x"}),
}


def with_parts(*names, **traits):
    return Sighting(HOME, Power.ON, {name: Part(f"the {name}", traits) for name in names})


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (with_parts("disk a", "nic b"), None),
        (with_parts("disk a"), ("the NIC b is missing",)),
        (with_parts("disk a", "nic b", "nic c"), ("the nic c was added",)),
        (with_parts("disk z", "nic b"), ("the disk a is missing", "the disk z was added")),
        (with_parts("disk a", "nic b", cable="in", guard="b"), None),
        (with_parts("disk a", "nic b", cable="out"), ("the NIC b: its cable is out",)),
        (with_parts("disk a", "nic b", guard=""), ("the NIC b: its guard is missing",)),
        (with_parts("disk a", "nic b", rules="y"), ("the NIC b: its guard lets other things through",)),
        (with_parts("disk a", "nic b", guard="c"), ("the NIC b: its guard is that of another card",)),
        (at(HOME, Power.ON), None),
    ],
)
def test_a_guest_whose_parts_differ_is_changed(seen, expected):
    found = decided(Recorded(states.RUNNING, HOME, parts=PARTS), seen)
    assert found == (Finding(Kind.CHANGED, HOME, expected) if expected else None)


def test_parts_are_asked_about_last():
    recorded = Recorded(states.RUNNING, HOME, parts=PARTS)
    paused = Sighting(HOME, Power.PAUSED, {})
    assert decided(recorded, paused) == Finding(Kind.PAUSED, HOME)
    assert decided(recorded, with_parts(), at(AWAY, Power.ON)) == Finding(Kind.TWICE, AWAY)
    assert decided(recorded, with_parts("disk a", "nic b"), at(AWAY, Power.OFF)).kind == Kind.LEFTOVER


def test_another_difference_is_another_finding():
    first, second = Finding(Kind.CHANGED, HOME, ("a",)), Finding(Kind.CHANGED, HOME, ("a", "b"))
    assert react(second, Before(first, 5)) == Reaction.NOTE
    assert react(second, Before(second, 1)) == Reaction.ALERT


@pytest.mark.parametrize("state", sorted(states.INSTANCE.transient))
def test_a_state_that_should_pass_and_does_not_is_stuck(state):
    assert decided(Recorded(state, HOME), at(HOME, Power.ON)) == Finding(Kind.STUCK, HOME)


def test_every_state_is_decided():
    known = {states.RUNNING, *states.INSTANCE.transient, *(one.state for one in RESTING)}
    assert known == states.INSTANCE.states


GONE = Finding(Kind.GONE, HOME)
STOPPED = Finding(Kind.STOPPED, HOME)


@pytest.mark.parametrize(
    ("finding", "before", "expected"),
    [
        (None, None, Reaction.NOTHING),
        (None, Before(GONE, 1), Reaction.CLEAR),
        (None, Before(GONE, 5, is_ignored=True), Reaction.CLEAR),
        (GONE, None, Reaction.NOTE),
        (GONE, Before(STOPPED, 5), Reaction.NOTE),
        (GONE, Before(Finding(Kind.GONE, AWAY), 5), Reaction.NOTE),
        (GONE, Before(GONE, 1), Reaction.ALERT),
        (GONE, Before(GONE, 7), Reaction.ALERT),
        (GONE, Before(GONE, 7, is_ignored=True), Reaction.NOTE),
        (STOPPED, Before(STOPPED, 1), Reaction.SUBMIT),
        (STOPPED, Before(STOPPED, 7, is_ignored=True), Reaction.NOTE),
    ],
)
def test_a_finding_leads_to(finding, before, expected):
    assert react(finding, before) == expected


def test_nothing_is_over_while_its_host_does_not_answer():
    assert react(None, Before(GONE, 2), can_tell=False) == Reaction.NOTHING


@pytest.mark.parametrize("kind", sorted(AUTOMATIC))
def test_only_what_is_switched_off_is_dealt_with_unasked(kind):
    assert kind in (Kind.STOPPED, Kind.LEFTOVER)
