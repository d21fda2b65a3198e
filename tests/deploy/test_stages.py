import io
import itertools

import pytest

from deploy.stages import Stages


def ticking(*seconds):
    """A clock that shows these seconds one after the other."""
    return itertools.chain(seconds, itertools.repeat(seconds[-1])).__next__


def test_a_finished_stage_is_one_line_with_its_seconds_and_its_result():
    out = io.StringIO()
    stages = Stages(out, clock=ticking(10.0, 12.5))
    with stages.stage("Debian packages") as stage:
        stage.progress("Unpacking slapd", share=0.5)
        stage.done("41 packages")
    assert out.getvalue() == "  Debian packages              2.5 s  41 packages\n"


def test_the_seconds_of_each_stage_are_remembered_in_order():
    stages = Stages(io.StringIO(), clock=ticking(0.0, 1.0, 1.0, 4.0))
    with stages.stage("first"):
        pass
    with stages.stage("second"):
        pass
    assert [(timing.name, timing.seconds) for timing in stages.timings] == [("first", 1.0), ("second", 3.0)]


def test_a_failing_stage_says_so_and_lets_the_error_through():
    out = io.StringIO()
    stages = Stages(out, clock=ticking(0.0, 1.0))
    with pytest.raises(LookupError), stages.stage("Guest image") as stage:
        stage.done("17 MiB")
        raise LookupError
    assert out.getvalue() == "  Guest image                  1.0 s  FAILED\n"


def test_a_terminal_sees_the_progress_while_it_happens(monkeypatch):
    out = io.StringIO()
    monkeypatch.setattr("deploy.stages.LIVE_PERIOD_SECONDS", 0.001)
    with Stages(out, live=True).stage("Python packages") as stage:
        stage.progress("Collecting celery", share=0.25)
        while "Collecting" not in out.getvalue():
            pass
    assert " 25% Collecting celery" in out.getvalue()


def test_a_log_gets_no_control_characters():
    out = io.StringIO()
    with Stages(out).stage("Python packages") as stage:
        stage.progress("Collecting celery")
    assert "\x1b" not in out.getvalue()
