"""The rule by which marks become intervals."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from usage.projection import Interval, advance, project

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
SUBJECT = UUID(int=7)
ACCOUNT = UUID(int=1)


@dataclass
class Mark:
    id: int
    starts: bool
    at: datetime
    meter: str = "running-instance"
    subject_uuid: UUID = SUBJECT
    subject_name: str = "web"
    account_uuid: UUID = ACCOUNT
    account_name: str = "acme"
    domain_path: str = "/1/"
    zone_uuid: UUID | None = None
    quantities: dict = field(default_factory=dict)


def after(seconds):
    return NOON + timedelta(seconds=seconds)


def start(number, seconds):
    return Mark(number, True, after(seconds))


def stop(number, seconds):
    return Mark(number, False, after(seconds))


def spans(marks):
    return [
        (
            int((one.started_at - NOON).total_seconds()),
            one.ended_at and int((one.ended_at - NOON).total_seconds()),
        )
        for one in project(marks).values()
    ]


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([], []),
        ([start(1, 0)], [(0, None)]),
        ([start(1, 0), stop(2, 60)], [(0, 60)]),
        ([start(1, 0), stop(2, 60), start(3, 90)], [(0, 60), (90, None)]),
        ([start(1, 0), start(2, 30), stop(3, 60)], [(0, 60)]),
        ([start(1, 0), stop(2, 60), stop(3, 90)], [(0, 60)]),
        ([stop(1, 0), start(2, 30)], [(30, None)]),
        ([start(1, 0), stop(2, 0)], [(0, 0)]),
    ],
    ids=["none", "open", "ended", "again", "started-twice", "stopped-twice", "stopped-first", "empty"],
)
def test_marks_make_these_intervals(marks, expected):
    assert spans(marks) == expected


def test_a_stop_by_a_clock_that_is_behind_ends_the_interval_where_it_began():
    assert spans([start(1, 10), stop(2, 4)]) == [(10, 10)]


def test_a_mark_that_has_had_its_say_changes_nothing():
    head = Interval.opened_by(start(5, 0))
    assert advance(head, stop(5, 10)) is None
    assert advance(head, stop(4, 10)) is None


def test_neighbouring_windows_add_up_to_the_whole():
    interval = project([start(1, 0.9), stop(2, 100.2)])[1]
    whole = interval.seconds(after(-10), after(200))
    parts = [interval.seconds(after(edge), after(edge + 7)) for edge in range(-10, 204, 7)]
    assert whole == 100
    assert sum(parts) == whole


def test_an_open_interval_lasts_to_the_end_of_the_window():
    interval = project([start(1, 0)])[1]
    assert interval.seconds(after(-5), after(65)) == 65
    assert interval.seconds(after(-5), after(-1)) == 0
