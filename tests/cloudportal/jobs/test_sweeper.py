"""Lost bells and regular work."""

from datetime import timedelta

import pytest

from cloudportal.core import clock
from cloudportal.events.models import Alert
from cloudportal.jobs import bells, leases, periodic, sweeper
from cloudportal.jobs.models import Job, PeriodicRun


@pytest.fixture
def rung(monkeypatch):
    heard = []
    monkeypatch.setattr(bells, "ring", lambda uuid, queue, **_: heard.append((uuid, queue)))
    return heard


def test_a_lost_bell_is_rung_again_and_not_every_time(submit, rung):
    job = submit()
    rung.clear()
    assert sweeper.sweep() == 0
    Job.objects.update(rung_at=clock.now() - timedelta(seconds=sweeper.UNHEARD_SECONDS + 1))
    assert sweeper.sweep() == 1
    assert rung == [(job.uuid, "housekeeping")]
    assert sweeper.sweep() == 0


def test_a_dead_lease_is_rung_for(submit, rung):
    job = submit()
    leases.claim(job.uuid, "dead")
    past = clock.now() - timedelta(minutes=5)
    Job.objects.update(lease_until=past, rung_at=past)
    rung.clear()
    assert sweeper.sweep() == 1


def test_a_waiting_job_is_rung_for_when_its_pause_is_over_and_not_before(submit, rung):
    submit()
    Job.objects.update(not_before=clock.now() + timedelta(minutes=1))
    rung.clear()
    assert sweeper.sweep() == 0
    Job.objects.update(not_before=clock.now(), rung_at=clock.now() - timedelta(seconds=1))
    assert sweeper.sweep() == 1


def test_a_closed_job_is_left_alone(submit, rung):
    submit()
    Job.objects.update(state="done", rung_at=None)
    rung.clear()
    assert sweeper.sweep() == 0


@pytest.fixture
def chores(monkeypatch, transactional_db):
    done = []
    monkeypatch.setattr(periodic, "_registered", {})
    periodic.every(60, "test.chore", lambda: done.append("chore"))
    return done


def test_regular_work_is_done_once_a_period_by_whoever_comes_first(chores):
    assert periodic.run_due() == ["test.chore"]
    assert periodic.run_due() == []
    PeriodicRun.objects.update(due_at=clock.now() - timedelta(seconds=1))
    assert periodic.run_due() == ["test.chore"]
    assert chores == ["chore", "chore"]


def test_regular_work_that_fails_raises_one_alert_and_clears_it_when_it_works_again(chores):
    periodic.every(60, "test.chore", lambda: 1 / 0)
    for _ in range(2):
        PeriodicRun.objects.update(due_at=clock.now() - timedelta(seconds=1))
        periodic.run_due()
    alert = Alert.objects.get(code="periodic-failed")
    assert (alert.times, alert.is_open) == (2, True)
    periodic.every(60, "test.chore", lambda: None)
    PeriodicRun.objects.update(due_at=clock.now() - timedelta(seconds=1))
    periodic.run_due()
    alert.refresh_from_db()
    assert not alert.is_open
