"""A deadline counts down by its clock and ends what takes too long."""

import pytest

from cloudportal.drivers.deadlines import Deadline
from cloudportal.drivers.errors import OutcomeUnknown


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_a_deadline_counts_down_to_nothing():
    clock = Clock()
    deadline = Deadline(3, clock=clock)
    clock.now += 2
    assert deadline.remaining_seconds() == 1
    assert not deadline.is_past

    clock.now += 5

    assert deadline.remaining_seconds() == 0
    assert deadline.is_past


def test_what_takes_too_long_has_an_unknown_outcome():
    clock = Clock()
    deadline = Deadline(3, clock=clock)
    deadline.demand("copying")
    clock.now += 4

    with pytest.raises(OutcomeUnknown) as caught:
        deadline.demand("copying")

    assert "copying" in caught.value.detail
