"""How a job ends: done, failed and undone, or given up with its undo unfinished. One transaction each."""

import logging
from typing import Any

from django.db import transaction

from cloudportal.core import clock
from cloudportal.core.contention import gave_way
from cloudportal.events import alerts, records
from cloudportal.events.records import About
from cloudportal.jobs import leases, states
from cloudportal.jobs.failures import FAILED_ALERT, STUCK_ALERT, Failure, alert_key
from cloudportal.jobs.models import Job
from cloudportal.jobs.run import Run
from cloudportal.jobs.services import release_holds, say
from cloudportal.jobs.workflows import Step, Workflow

log = logging.getLogger(__name__)


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
    """Closes a job whose steps are all undone, also where its subject cannot be settled: as failed, to be resumed."""
    job = run.job
    was_unsettled, is_aborted = job.is_unsettled, job.message_code == "aborted"
    with transaction.atomic():
        unsettled = _settle(workflow, run)
        alerts.clear_alert(STUCK_ALERT, alert_key(job.uuid))
        _close(lease, job, states.CANCELLED if is_aborted and not unsettled else states.FAILED)
        if job.message_values.get("is_ours") or unsettled:
            sentence = f"{workflow.label} failed for {job.subject_name}: {job.message}"
            detail = "\n".join(part for part in (job.operator_detail, unsettled) if part)
            alerts.raise_alert(FAILED_ALERT, alert_key(job.uuid), sentence, about=_about(job), detail=detail)
        elif was_unsettled:
            alerts.clear_alert(FAILED_ALERT, alert_key(job.uuid))
        records.job_failed(job.caller, job.kind, _about(job), job_uuid=job.uuid, sentence=job.message)


def give_up(lease: leases.Lease, workflow: Workflow, run: Run, step: Step, failure: Failure) -> None:
    """Closes a job whose undo is stuck: an alert names what may be left over, and the job can be resumed."""
    job = run.job
    sentence = f"{step.label} could not be undone: {failure.sentence} Something may be left over on the host."
    with transaction.atomic():
        say(job, sentence, level="error", for_operators=True)
        unsettled = _settle(workflow, run)
        job.message_values = {**job.message_values, "was_given_up": True}
        _close(lease, job, states.FAILED)
        detail = "\n".join(part for part in (failure.detail, unsettled) if part)
        alerts.raise_alert(STUCK_ALERT, alert_key(job.uuid), sentence, about=_about(job), detail=detail)
        records.job_failed(job.caller, job.kind, _about(job), job_uuid=job.uuid, sentence=job.message)


def _settle(workflow: Workflow, run: Run) -> str:
    """What becomes of the subject is written down, once; empty, or why that could not be.

    A job must close nevertheless: claimed for ever, it would keep everybody from what it holds. So what its workflow
    cannot write is left as it is, operators are told, and a job that is resumed tries again.
    """
    if run.was_given_up:
        return ""
    try:
        with transaction.atomic():
            workflow.failed(run)
    except leases.LostLease:
        raise
    except Exception as error:
        # The whole transaction is gone with it, and the next worker may have more luck.
        if gave_way(error):
            raise
        log.exception("Job %s could not settle its subject", run.job.uuid)
        reason = (
            f"What becomes of {run.job.subject_name or 'its subject'} could not be written down, so it was left as it "
            "was, and the job is closed nevertheless. Resume its clean-up once the cause is dealt with: "
            f"{type(error).__name__}: {error}"
        )
        say(run.job, reason, level="error", for_operators=True)
        run.job.message_values = {**run.job.message_values, "is_unsettled": True}
        return reason
    run.job.message_values.pop("is_unsettled", None)
    return ""


def _about(job: Job) -> About:
    return About(job.subject_type, job.subject_uuid, job.subject_name, job.account_uuid, job.domain_path)
