"""A worker that is killed with SIGKILL at a chosen point of a chosen step."""

import os
import signal
from datetime import timedelta

from django.conf import settings
from django.db import connections

from cloudportal.core import clock
from cloudportal.core.errors import NoRoom
from cloudportal.jobs import runner, sweeper
from cloudportal.jobs.models import Job
from tests.support.jobs import run_jobs

_plan = {}


def checkpoint(job, step_name, point, direction):
    """Called by the runner around each effect: dies where the plan says so, fails where it must turn back."""
    if job.uuid != _plan["job"]:
        return
    if (step_name, point, direction) == _plan["death"]:
        os.kill(os.getpid(), signal.SIGKILL)
    if (step_name, point) == _plan["failure"] and direction == "forwards":
        raise NoRoom(reason="The test lets this step fail.")


def run_and_die(job, *, death, failure=None):
    """Runs the job in a process of its own that dies at `death`; returns once it is dead.

    Raises AssertionError when the worker lived: then the walk did not reach the point.
    """
    connections.close_all()
    child = os.fork()
    if child == 0:
        _work(job, death, failure)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, (
        f"The worker did not reach {death}."
    )


def _work(job, death, failure):
    try:
        _plan.update(job=job.uuid, death=death, failure=failure)
        settings.JOB_CHECKPOINT = f"{__name__}.checkpoint"
        while Job.objects.get(pk=job.pk).is_open:
            Job.objects.filter(state="queued").update(not_before=clock.now())
            runner.run(job.uuid)
    finally:
        os._exit(0)


def recover(job, *, failure=None):
    """What the portal does about a dead worker: the lease runs out, the sweeper rings, another worker goes on."""
    past = clock.now() - timedelta(hours=1)
    Job.objects.filter(state="running").update(lease_until=past, rung_at=past)
    assert sweeper.sweep() >= 1
    _plan.update(job=job.uuid, death=None, failure=failure)
    settings.JOB_CHECKPOINT = f"{__name__}.checkpoint"
    try:
        run_jobs()
    finally:
        settings.JOB_CHECKPOINT = None
    job.refresh_from_db()
