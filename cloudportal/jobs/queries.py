"""The ways to find jobs."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from cloudportal.core import clock
from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from cloudportal.jobs import actions, states
from cloudportal.jobs.models import Job, JobLine


def jobs_for(caller: Caller) -> ScopedQuerySet[Job]:
    """The caller's jobs, newest first."""
    actions.READ.permit(caller)
    return Job.objects.for_caller(caller)


def job_for(caller: Caller, uuid: UUID | str) -> Job:
    """One of the caller's jobs. Raises NotFound."""
    return jobs_for(caller).one(uuid)


def lines_for(caller: Caller, job: Job) -> list[JobLine]:
    """The job's log, without the lines meant for operators where the caller is none."""
    lines = job.lines.all()
    return list(lines if caller.is_root_admin else lines.filter(for_operators=False))


def open_jobs_on(subjects: Iterable[UUID]) -> dict[UUID, Job]:
    """The open job of each subject that has one, in one query."""
    jobs = Job.objects.filter(subject_uuid__in=list(subjects), state__in=states.OPEN).order_by("id")
    return {job.subject_uuid: job for job in jobs if job.subject_uuid}


def failed_lately(*kinds: str, within: timedelta) -> set[UUID]:
    """The subjects of such jobs that came to nothing so lately, also as an operator aborted them.

    For rounds that begin jobs by themselves: without a pause they would begin the same one again at once.
    """
    ended = (states.FAILED, states.CANCELLED)
    failed = Job.objects.filter(kind__in=kinds, state__in=ended, ended_at__gt=clock.now() - within)
    return {uuid for uuid in failed.values_list("subject_uuid", flat=True) if uuid}
