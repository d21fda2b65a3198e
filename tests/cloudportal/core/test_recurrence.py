"""When something that recurs is due: on the wall clock, across the days on which clocks are changed."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudportal.core import recurrence
from cloudportal.core.errors import InvalidInput

# An hour in spring and autumn, half an hour, at midnight, a day that was left out, none at all, and south of it.
ZONES = (
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Havana",
    "Pacific/Apia",
    "UTC",
    "America/Santiago",
    "Asia/Kolkata",
)
MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)


def times(rule, *, start, count):
    found = [start]
    for _ in range(count):
        found.append(rule.next_after(found[-1]))
    return found[1:]


def local(moment, zone):
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def test_a_nightly_rule_runs_at_the_end_of_the_hour_that_was_left_out():
    rule = recurrence.daily(2, 30, "Europe/Berlin")
    found = times(rule, start=datetime(2026, 3, 27, 12, tzinfo=UTC), count=3)
    assert [local(one, "Europe/Berlin") for one in found] == [
        "2026-03-28 02:30",
        "2026-03-29 03:00",
        "2026-03-30 02:30",
    ]


def test_a_nightly_rule_runs_once_in_two_equal_hours():
    rule = recurrence.daily(2, 30, "Europe/Berlin")
    found = times(rule, start=datetime(2026, 10, 24, 12, tzinfo=UTC), count=2)
    assert found == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)]


def test_asked_between_two_equal_hours_the_next_is_tomorrow():
    rule = recurrence.daily(2, 30, "Europe/Berlin")
    in_the_second = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert rule.next_after(in_the_second) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@given(MOMENTS, st.sampled_from(ZONES), st.integers(0, 59))
@settings(max_examples=60, deadline=None)
def test_an_hourly_rule_names_the_very_next_moment_with_its_minute(moment, zone, minute):
    found = recurrence.hourly(minute, zone).next_after(moment)
    minutes = int((found - moment).total_seconds() // 60) + 1
    between = [moment.replace(second=0) + timedelta(minutes=one) for one in range(1, minutes)]
    shown = [one for one in between if one < found and one.astimezone(ZoneInfo(zone)).minute == minute]
    assert found > moment
    assert found.astimezone(ZoneInfo(zone)).minute == minute
    assert shown == []


@given(MOMENTS, st.sampled_from(ZONES), st.integers(0, 23), st.integers(0, 59))
@settings(max_examples=60, deadline=None)
def test_a_daily_rule_runs_once_for_each_day(moment, zone, hour, minute):
    rule = recurrence.daily(hour, minute, zone)
    found = times(rule, start=moment, count=40)
    days = [one.astimezone(ZoneInfo(zone)).date() for one in found]
    most = timedelta(days=2 if zone == "Pacific/Apia" else 1)
    assert found == sorted(set(found))
    assert all(later - earlier <= most for earlier, later in pairwise(days))
    # A gap at the end of a day, or a day that was left out, hands its run to the next day.
    assert len(set(days)) >= len(days) - 1


@given(
    MOMENTS,
    st.sampled_from(ZONES),
    st.sampled_from(
        ("0 */2 * * *", "*/20 1-3 * * *", "15,45 1-3 * * *", "30 2 * * 1-5", "0 0 1 * *", "5 * 31 10 *")
    ),
    st.integers(1, 100),
)
@settings(max_examples=80, deadline=None)
def test_the_next_time_is_the_same_from_every_moment_before_it(moment, zone, expression, percent):
    rule = recurrence.recurrence(expression, zone)
    found = rule.next_after(moment)
    after = rule.next_after(found)
    somewhere = found + (after - found) * percent / 101
    assert moment < found < after
    assert rule.next_after(somewhere) == after
    assert rule.next_after(after - timedelta(seconds=1)) == after


def test_weeks_and_months_have_their_day():
    start = datetime(2026, 2, 20, tzinfo=UTC)
    sunday = recurrence.weekly(7, 4, 5, "UTC").next_after(start)
    last = recurrence.monthly(28, 23, 59, "UTC").next_after(start)
    assert (sunday.date(), sunday.hour, sunday.minute) == (date(2026, 2, 22), 4, 5)
    assert last == datetime(2026, 2, 28, 23, 59, tzinfo=UTC)


def test_a_rule_is_told_in_words():
    assert recurrence.daily(3, 30, "America/New_York").sentence == "At 03:30 every day (America/New York)"


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "0 0 30 2 *",
        "* * */20 * 1L",
        "1L/5 * * * *",
        "@daily",
        "0 * * *\n1",
    ],
)
def test_what_is_no_rule_is_refused(expression):
    with pytest.raises(InvalidInput):
        recurrence.recurrence(expression, "UTC")


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "europe/berlin"])
def test_what_is_no_time_zone_is_refused(zone):
    with pytest.raises(InvalidInput):
        recurrence.recurrence("0 0 * * *", zone)


@given(st.text(alphabet="0123456789*,/-#LW SUNMOJAabc\n\0", max_size=40) | st.text(max_size=40))
@settings(max_examples=100, deadline=None)
def test_any_text_is_a_rule_or_refused(text):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    with suppress(InvalidInput):
        assert recurrence.recurrence(text, "Europe/Berlin").next_after(moment) > moment


@pytest.mark.parametrize(
    ("function", "values"), [("hourly", (60,)), ("weekly", (0, 1, 1)), ("monthly", (29, 1, 1))]
)
def test_a_day_or_time_that_is_none_is_refused(function, values):
    with pytest.raises(InvalidInput):
        getattr(recurrence, function)(*values, "UTC")
