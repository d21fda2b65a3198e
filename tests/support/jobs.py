"""Doing in a test what workers do: running every job that is due, in this process, until none is left."""

from datetime import timedelta

from cloudportal.core import clock
from cloudportal.jobs import leases, runner
from cloudportal.jobs.models import Job


def run_jobs(*, most=200):
    """Runs due jobs, and waiting ones as if their pause were over, until none is open. Returns how many runs."""
    runs = 0
    while runs < most:
        due = Job.objects.filter(leases.due(clock.now())).order_by("step_tries", "id")
        uuid = due.values_list("uuid", flat=True).first()
        if uuid is not None:
            runner.run(uuid)
            runs += 1
        elif not Job.objects.filter(state="queued").update(not_before=clock.now() - timedelta(seconds=1)):
            return runs
    raise AssertionError(f"{most} runs were not enough: jobs wait for each other or never close.")


def run_job(job):
    """Runs jobs until this one is closed, and returns it fresh."""
    run_jobs()
    job.refresh_from_db()
    return job
