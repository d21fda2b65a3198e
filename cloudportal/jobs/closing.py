"""How a job ends: done, failed and undone, or given up with its undo unfinished. One transaction each."""

from typing import Any

from django.db import transaction

from cloudportal.core import clock
from cloudportal.events import alerts, records
from cloudportal.events.records import About
from cloudportal.jobs import leases, states
from cloudportal.jobs.failures import FAILED_ALERT, STUCK_ALERT, Failure, alert_key
from cloudportal.jobs.models import Job
from cloudportal.jobs.run import Run
from cloudportal.jobs.services import release_holds, say
from cloudportal.jobs.workflows import Step, Workflow


def _close(lease: leases.Lease, job: Job, state: str, **changes: Any) -> None:
    values = {**job.message_values, "held": release_holds(job)}
    leases.write(
        lease,
        state=state,
        ended_at=clock.now(),
        lease_token=None,
        lease_until=None,
        worker="",
        message_values=values,
        **changes,
    )


def finish(lease: leases.Lease, job: Job) -> None:
    """Part of the last step's transaction."""
    _close(lease, job, states.DONE, progress=100)


def fail(lease: leases.Lease, workflow: Workflow, run: Run) -> None:
    """Closes a job whose steps are all undone."""
    job = run.job
    is_aborted = job.message_code == "aborted"
    with transaction.atomic():
        if not run.was_given_up:
            workflow.failed(run)
        alerts.clear_alert(STUCK_ALERT, alert_key(job.uuid))
        _close(lease, job, states.CANCELLED if is_aborted else states.FAILED)
        if job.message_values.get("is_ours"):
            sentence = f"{workflow.label} failed for {job.subject_name}: {job.message}"
            alerts.raise_alert(
                FAILED_ALERT, alert_key(job.uuid), sentence, about=_about(job), detail=job.operator_detail
            )
        records.job_failed(job.caller, job.kind, _about(job), job_uuid=job.uuid, sentence=job.message)


def give_up(lease: leases.Lease, workflow: Workflow, run: Run, step: Step, failure: Failure) -> None:
    """Closes a job whose undo is stuck: an alert names what may be left over, and the job can be resumed."""
    job = run.job
    sentence = f"{step.label} could not be undone: {failure.sentence} Something may be left over on the host."
    with transaction.atomic():
        say(job, sentence, level="error", for_operators=True)
        if not run.was_given_up:
            workflow.failed(run)
        job.message_values = {**job.message_values, "was_given_up": True}
        _close(lease, job, states.FAILED)
        alerts.raise_alert(
            STUCK_ALERT, alert_key(job.uuid), sentence, about=_about(job), detail=failure.detail
        )
        records.job_failed(job.caller, job.kind, _about(job), job_uuid=job.uuid, sentence=job.message)


def _about(job: Job) -> About:
    return About(job.subject_type, job.subject_uuid, job.subject_name, job.account_uuid, job.domain_path)
