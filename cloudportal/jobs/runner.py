"""What a worker does with a bell: claim the job, walk its steps, turn back when a step cannot be done."""

import logging
import os
import socket
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import transaction

from cloudportal.core import clock
from cloudportal.jobs import bells, closing, leases, states
from cloudportal.jobs.failures import Failure, weigh
from cloudportal.jobs.models import Job
from cloudportal.jobs.run import Run
from cloudportal.jobs.services import say
from cloudportal.jobs.workflows import Step, Workflow, workflow_for

log = logging.getLogger(__name__)

BEFORE_EFFECT = "before-effect"
AFTER_EFFECT = "after-effect"
AFTER_CURSOR = "after-cursor"
POINTS = (BEFORE_EFFECT, AFTER_EFFECT, AFTER_CURSOR)


def worker_name() -> str:
    """This process, as operators can find it."""
    return f"{socket.gethostname()}:{os.getpid()}"


def run(job_uuid: Any) -> None:
    """Works on the job until it is closed or must wait; returns at once when it is not there to be taken."""
    lease = leases.claim(job_uuid, worker_name())
    if lease is None:
        return
    with leases.heartbeat(lease) as lost:
        try:
            _Walk(lease, lost).go()
        except leases.LostLease:
            log.warning("Job %s: the lease was lost; another worker has it or will.", job_uuid)


class _Walk:
    """A worker on its way through one job."""

    def __init__(self, lease: leases.Lease, lost: Any) -> None:
        self.lease = lease
        self.job = Job.objects.get(pk=lease.job_id)
        self.lost = lost
        self.workflow: Workflow = workflow_for(self.job.kind)

    def go(self) -> None:
        """Step after step, forwards or backwards, until there is none left or the next must wait."""
        if self.job.attempt > settings.JOB_ATTEMPTS and self._too_often():
            return
        while self._next():
            self.job.refresh_from_db()

    def _too_often(self) -> bool:
        """Workers keep dying at this step: turn back, or where that is what kills them, give up."""
        failure = _gave_up(self.job)
        if not self.job.is_undoing:
            self._turn_back(failure)
            return False
        step = self.workflow.steps[max(self.job.cursor - 1, 0)]()
        closing.give_up(self.lease, self.workflow, Run(self.job, self.lease, self.lost), step, failure)
        return True

    def _next(self) -> bool:
        if self.job.is_undoing:
            return self._backwards()
        if self.job.is_abort_requested:
            self._turn_back(
                Failure("aborted", "The job was aborted; what it had done is undone.", "", False, False)
            )
            return True
        return self._forwards()

    def _forwards(self) -> bool:
        step = self.workflow.steps[self.job.cursor]()
        run = Run(self.job, self.lease, self.lost)
        began = clock.now()
        try:
            self._checkpoint(step, BEFORE_EFFECT)
            result = step.act(run)
            self._checkpoint(step, AFTER_EFFECT)
            run.check_lease()
            with transaction.atomic():
                step.record(run, result)
                is_last = self._advance(run, step, began)
        except leases.LostLease:
            raise
        except Exception as error:
            return self._stumbled(step, error)
        self._checkpoint(step, AFTER_CURSOR)
        return not is_last

    def _advance(self, run: Run, step: Step, began: Any) -> bool:
        cursor = self.job.cursor + 1
        total = len(self.workflow.steps)
        leases.write(
            self.lease,
            cursor=cursor,
            notes=run.notes,
            timeline=[*self.job.timeline, _entry(step, began, "done")],
            progress=round(100 * cursor / total),
            step_tries=0,
            attempt=1,
        )
        if cursor < total:
            return False
        closing.finish(self.lease, self.job)
        return True

    def _backwards(self) -> bool:
        if self.job.cursor == 0:
            closing.fail(self.lease, self.workflow, Run(self.job, self.lease, self.lost))
            return False
        step = self.workflow.steps[self.job.cursor - 1]()
        run = Run(self.job, self.lease, self.lost)
        began = clock.now()
        try:
            self._checkpoint(step, BEFORE_EFFECT)
            result = step.undo(run)
            self._checkpoint(step, AFTER_EFFECT)
            run.check_lease()
            with transaction.atomic():
                step.record_undo(run, result)
                entry = _entry(step, began, "undone")
                timeline = [*self.job.timeline, entry]
                leases.write(
                    self.lease,
                    cursor=self.job.cursor - 1,
                    notes=run.notes,
                    timeline=timeline,
                    step_tries=0,
                    attempt=1,
                )
        except leases.LostLease:
            raise
        except Exception as error:
            return self._stuck(step, error)
        self._checkpoint(step, AFTER_CURSOR)
        return True

    def _stumbled(self, step: Step, error: Exception) -> bool:
        failure = weigh(error)
        if failure.is_ours:
            log.exception("Job %s, step %s", self.job.uuid, step.name, exc_info=error)
        if failure.may_be_tried_again and self.job.step_tries + 1 < settings.JOB_STEP_TRIES:
            self._wait(step, failure)
            return False
        self._turn_back(failure, step)
        return True

    def _stuck(self, step: Step, error: Exception) -> bool:
        failure = weigh(error)
        log.exception("Job %s, undo of %s", self.job.uuid, step.name, exc_info=error)
        if self.job.step_tries + 1 < settings.JOB_STEP_TRIES:
            self._wait(step, failure)
            return False
        closing.give_up(self.lease, self.workflow, Run(self.job, self.lease, self.lost), step, failure)
        return False

    def _wait(self, step: Step, failure: Failure) -> None:
        pause = min(2**self.job.step_tries, 60)
        with transaction.atomic():
            say(self.job, f"{step.label}: {failure.sentence} We look again in {pause} s.", level="warning")
            if failure.detail:
                say(self.job, failure.detail, level="warning", for_operators=True)
            leases.write(
                self.lease,
                state=states.QUEUED,
                not_before=clock.now() + timedelta(seconds=pause),
                step_tries=self.job.step_tries + 1,
                attempt=0,
                lease_token=None,
                lease_until=None,
            )
        bells.ring(self.job.uuid, self.job.queue, in_seconds=pause)

    def _turn_back(self, failure: Failure, step: Step | None = None) -> None:
        # The step at hand is undone too: how far it came is not known, and its undo bears that.
        cursor = min(self.job.cursor + 1, len(self.workflow.steps))
        with transaction.atomic():
            say(self.job, f"{step.label + ': ' if step else ''}{failure.sentence}", level="error")
            if failure.detail:
                say(self.job, failure.detail, level="error", for_operators=True)
            leases.write(
                self.lease,
                is_undoing=True,
                cursor=cursor,
                step_tries=0,
                attempt=1,
                message_code=failure.code,
                message=failure.sentence,
                message_values={**failure.values, "is_ours": failure.is_ours},
                operator_detail=failure.detail,
            )
        self.job.refresh_from_db()

    def _checkpoint(self, step: Step, point: str) -> None:
        if not settings.JOB_CHECKPOINT:
            return
        module, _, name = settings.JOB_CHECKPOINT.rpartition(".")
        direction = "backwards" if self.job.is_undoing else "forwards"
        getattr(import_module(module), name)(self.job, step.name, point, direction)


def _entry(step: Step, began: Any, outcome: str) -> dict[str, str]:
    ended = clock.now()
    return {
        "step": step.name,
        "outcome": outcome,
        "began_at": began.isoformat(),
        "ended_at": ended.isoformat(),
    }


def _gave_up(job: Job) -> Failure:
    return Failure(
        "workers-lost",
        "The work was interrupted several times and has been undone. Try again; the operators have been told.",
        f"{job.attempt - 1} workers died or fell silent at step {job.cursor + 1}; the last was {job.worker}.",
        False,
        True,
    )
