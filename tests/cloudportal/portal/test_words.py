"""How sizes, times, states and cells read."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from cloudportal.core import clock
from cloudportal.core.states import StateTable
from cloudportal.jobs import states as job_states
from cloudportal.portal import cells, formats, tones
from cloudportal.portal.figures import Figure
from cloudportal.portal.templatetags import portal as tags
from compute import states as compute_states
from compute.topology import states as topology_states
from networking import states as networking_states
from storage import states as storage_states
from tenants import states as tenants_states
from tests.support.pages import HOSTILE

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ROOMS = (
    compute_states,
    topology_states,
    storage_states,
    networking_states,
    tenants_states,
    job_states,
)


@pytest.fixture
def noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0 MiB"),
        (512, "512 MiB"),
        (1024, "1 GiB"),
        (1536, "1.5 GiB"),
        (1500, "1,500 MiB"),
        (2048, "2 GiB"),
    ],
)
def test_memory_is_told_as_it_was_given(value, words):
    assert formats.mib(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0 B"), (17 * 1024**2, "17 MiB"), (10 * 1024**3, "10 GiB"), (1536, "1.5 KiB"), (2**40, "1 TiB")],
)
def test_sizes_are_told_in_the_unit_in_which_they_are_whole(value, words):
    assert formats.size(value) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.42, "0.4 s"),
        (45, "45 s"),
        (200, "3 min 20 s"),
        (3600, "1 h"),
        (18725, "5 h 12 min"),
        (90000, "1 d 1 h"),
    ],
)
def test_durations_are_told_in_the_two_units_that_matter(seconds, words):
    assert formats.duration(seconds) == words


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(seconds=40), "40 s ago"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=3), "19 Nov"),
        (timedelta(days=400), "18 Oct 2025"),
        (-timedelta(days=30), "22 Dec"),
    ],
)
def test_moments_are_told_by_how_long_ago_they_were(noon, before, words):
    assert formats.ago(NOW - before) == words


def test_times_are_told_in_the_readers_zone():
    with timezone.override(formats.zone("Asia/Tokyo")):
        assert formats.date_and_time(NOW) == "22 Nov 2026, 21:00:00 JST"
        assert 'title="2026-11-22 21:00:00 JST"' in cells.exact_moment(NOW)


@pytest.mark.parametrize(
    ("zone", "word"), [("UTC", "UTC"), ("Asia/Kathmandu", "UTC+05:45"), ("America/Sao_Paulo", "UTC-03:00")]
)
def test_a_zone_without_a_word_of_its_own_is_told_by_its_distance(zone, word):
    with timezone.override(formats.zone(zone)):
        assert formats.zone_of(NOW) == word


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "\0"])
def test_an_unknown_zone_is_read_as_utc(name):
    assert str(formats.zone(name)) == "UTC"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__)
def test_every_state_there_is_has_a_tone(room):
    tables = [one for one in vars(room).values() if isinstance(one, StateTable)]
    assert tables
    assert not [state for table in tables for state in table.states if not tones.has_tone(state)]


def test_red_is_kept_for_what_needs_a_person():
    assert {tones.tone_of(one).value for one in ("stopped", "destroyed", "disabled", "cancelled")} == {"idle"}
    assert {tones.tone_of(one).value for one in ("error", "failed", "unreachable")} == {"bad"}


def test_a_state_is_a_word_a_colour_and_an_icon():
    badge = cells.state("error")
    assert "error" in badge
    assert "state-bad" in badge
    assert "#tone-bad" in badge


@pytest.mark.parametrize(
    "made",
    [
        cells.state(HOSTILE),
        cells.noted(HOSTILE, HOSTILE),
        cells.copyable(HOSTILE),
        cells.code(HOSTILE),
        cells.quiet(HOSTILE),
        cells.words([HOSTILE]),
        cells.bar(1, 2, text=HOSTILE),
        cells.icon(HOSTILE, label=HOSTILE),
        cells.link(HOSTILE, "home", note=HOSTILE),
        tags.state(HOSTILE),
    ],
)
def test_no_cell_lets_markup_through(made):
    assert "<script" not in made
    assert "<img" not in made


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_is_a_dash(value):
    assert {cells.or_nothing(value), cells.copyable(value), cells.code(value), cells.moment(None)} == {
        cells.NOTHING
    }


@pytest.mark.parametrize(("share", "word"), [(0, "plain"), (79, "plain"), (80, "near"), (100, "full")])
def test_a_limit_that_is_near_stands_out(share, word):
    assert f"bar-{word}" in cells.bar(share, 100)


def test_what_is_no_limit_never_does():
    assert "bar-plain" in cells.bar(100, 100, is_limit=False)


def test_without_a_maximum_there_is_no_bar():
    assert "<svg" not in cells.bar(5, None, text="5")


def test_a_figure_says_how_much_of_how_much():
    assert Figure("x", 1, 2, "1", "2").text == "1 of 2"
    assert Figure("x", 1, None, "1").text == "1"
