"""What another caller may be doing at the same moment is done once, by whoever comes first."""

import pytest

from cloudportal.drivers.deadlines import Deadline
from cloudportal.drivers.errors import Busy, Refused
from cloudportal.drivers.libvirtd import overtaking
from cloudportal.drivers.libvirtd.overtaking import RACES, have_done, outlast_races, wait_while_busy


class Talk:
    """Acts as told: each answer is a fault to raise, or None."""

    def __init__(self, *answers, limit_seconds=5):
        self.answers = list(answers)
        self.acts = 0
        self.deadline = Deadline(limit_seconds)

    def act(self, do, *arguments):
        self.acts += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def looks(*answers):
    """Says what was seen at each look, one after the other."""
    left = list(answers)
    return lambda: left.pop(0)


def test_what_is_done_already_is_left_alone():
    talk = Talk()
    have_done(talk, looks(True), None)

    assert talk.acts == 0


def test_what_is_not_done_is_done_once():
    talk = Talk(None)
    have_done(talk, looks(False), None)

    assert talk.acts == 1


def test_a_refusal_because_another_was_faster_is_no_fault():
    talk = Talk(Refused())
    have_done(talk, looks(False, True), None)

    assert talk.acts == 1


def test_it_is_tried_again_when_a_third_has_undone_it():
    talk = Talk(Refused(), None)
    have_done(talk, looks(False, False), None)

    assert talk.acts == 2


def test_a_refusal_that_stays_is_the_answer():
    with pytest.raises(Refused):
        have_done(Talk(Refused(), Refused(), Refused()), looks(False, False, False, False), None)


def test_a_single_attempt_looks_again_before_it_gives_up():
    talk = Talk(Refused())
    have_done(talk, looks(False, True), None, attempts=1)
    assert talk.acts == 1

    with pytest.raises(Refused):
        have_done(Talk(Refused()), looks(False, False), None, attempts=1)


def test_what_is_busy_is_waited_for():
    talk = Talk(Busy(), Busy(), "done")

    assert wait_while_busy(talk, lambda: talk.act(None)) == "done"
    assert talk.acts == 3


def test_waiting_ends_before_the_time_does():
    talk = Talk(Busy(), limit_seconds=0.05)

    with pytest.raises(Busy):
        wait_while_busy(talk, lambda: talk.act(None))


def test_any_other_fault_is_not_waited_for():
    talk = Talk(Refused())

    with pytest.raises(Refused):
        wait_while_busy(talk, lambda: talk.act(None))


def test_a_lost_race_is_run_again():
    talk = Talk(Busy(), Busy(), "done")

    assert outlast_races(talk, lambda: talk.act(None)) == "done"
    assert talk.acts == 3


@pytest.mark.parametrize(("pause", "acts"), [(0.001, RACES), (60, 1)], ids=["tries", "time"])
def test_races_end_after_so_many_tries_and_before_the_time_does(monkeypatch, pause, acts):
    monkeypatch.setattr(overtaking, "PAUSE_SECONDS", pause)
    talk = Talk(*[Busy()] * RACES)

    with pytest.raises(Busy):
        outlast_races(talk, lambda: talk.act(None))
    assert talk.acts == acts


def test_a_refusal_is_no_race():
    talk = Talk(Refused())

    with pytest.raises(Refused):
        outlast_races(talk, lambda: talk.act(None))
