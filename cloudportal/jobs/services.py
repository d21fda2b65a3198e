"""Starting work and steering it: submit, abort, retry, resume."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction

from cloudportal.core import clock, plans
from cloudportal.core.caller import Caller, Owner
from cloudportal.core.errors import Busy, WrongState
from cloudportal.events import alerts, records
from cloudportal.events.records import About
from cloudportal.jobs import actions, bells, states, subjects
from cloudportal.jobs.failures import FAILED_ALERT, alert_key
from cloudportal.jobs.models import Hold, Job, JobLine
from cloudportal.jobs.workflows import workflow_for

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Subject:
    """What a job is about, in values that outlive the row itself."""

    type: str
    uuid: UUID
    name: str

    @classmethod
    def of(cls, row: Any) -> "Subject":
        """The subject that a row with uuid and name is."""
        return cls(str(row._meta.verbose_name), row.uuid, str(getattr(row, "name", row)))


def submit(
    caller: Caller,
    kind: str,
    subject: Subject,
    arguments: dict[str, Any] | None = None,
    *,
    owner: Owner | None = None,
    holds: Iterable[str] = (),
) -> Job:
    """The only way to start work: a queued job, holding `holds`, whose bell rings when the transaction commits.

    Needs an open transaction. `arguments` are JSON values, ids and no secrets. Raises Busy when another open
    job holds one of the things.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A job is submitted inside the transaction that makes its rows.")
    belongs_to = owner or caller.owner
    moment = clock.now()
    job = Job.objects.create(
        kind=kind,
        queue=workflow_for(kind).queue,
        subject_type=subject.type,
        subject_uuid=subject.uuid,
        subject_name=subject.name,
        account_uuid=belongs_to.account_uuid,
        domain_path=belongs_to.domain_path,
        caller=caller.snapshot(),
        arguments=arguments or {},
        not_before=moment,
        rung_at=moment,
    )
    _take_holds(job, holds)
    transaction.on_commit(lambda: bells.ring(job.uuid, job.queue))
    return job


def not_begun(kind: str, subject: Subject) -> Job | None:
    """A job of this kind about the subject on which nobody has worked yet; nobody begins before the transaction ends.

    Whoever needs no more of a job than that it finds the rows of this transaction can leave the work to it. Needs an
    open transaction, in which those rows are written already.
    """
    # One that is locked is being taken in this moment, maybe with the rows as they were.
    waiting = Job.objects.select_for_update(skip_locked=True).filter(
        subject_uuid=subject.uuid,
        kind=kind,
        state=states.QUEUED,
        started_at=None,
        is_abort_requested=False,
        is_undoing=False,
    )
    return waiting.first()


def _take_holds(job: Job, things: Iterable[str]) -> None:
    # Sorted, so that two jobs that want the same two things cannot each get one and wait for the other.
    for thing in sorted(set(things)):
        try:
            with transaction.atomic():
                Hold.objects.create(thing=thing, job=job)
        except IntegrityError as error:
            raise Busy(noun=job.subject_name or "this") from error


def hold_of(row: Any) -> str:
    """The name under which a row is held."""
    return f"{row._meta.label_lower}:{row.uuid}"


@transaction.atomic
def abort(caller: Caller, job: Job) -> Job:
    """Asks the job to turn back at its next step and undo what it has done. May be called again."""
    actions.ABORT.check(caller, job)
    asked = Job.objects.filter(pk=job.pk, state__in=states.OPEN, is_undoing=False).update(
        is_abort_requested=True, not_before=clock.now()
    )
    if not asked:
        raise WrongState("The job is past the point where it could be aborted. Wait until it has ended.")
    say(job, f"{caller.user_name or 'The system'} asked to abort this job.")
    _record(caller, "JOB.ABORT", job, f"Asks to abort {_words(job)}.")
    job.refresh_from_db()
    transaction.on_commit(lambda: bells.ring(job.uuid, job.queue))
    return job


@transaction.atomic
def resume(caller: Caller, job: Job) -> Job:
    """Lets a job whose undo got stuck, or whose subject could not be settled, take that up again where it stopped.

    Raises NotFound where something that it works on is somebody else's by now.
    """
    actions.RESUME.check(caller, job)
    subjects.demand_in_reach(caller, job)
    if job.is_cleaned_up:
        raise WrongState("Everything that this job did is undone already; there is nothing to resume.")
    _take_holds(job, job.message_values.get("held", ()))
    states.JOB.move(job, "resume", step_tries=0, attempt=0, not_before=clock.now(), ended_at=None)
    say(job, f"{caller.user_name} asked to take the clean-up up again.")
    _record(caller, "JOB.RESUME", job, f"Takes the clean-up of {_words(job)} up again.")
    transaction.on_commit(lambda: bells.ring(job.uuid, job.queue))
    return job


@transaction.atomic
def retry(caller: Caller, job: Job) -> Job:
    """A new job with the same purpose, after the workflow has made its subject ready again.

    Takes the permission to begin such a job as well. Raises NotFound and WrongState where something that it works on
    has another owner by now, and whatever the workflow has against it.
    """
    from cloudportal.jobs.run import Run

    actions.RETRY.check(caller, job)
    subjects.demand_in_reach(caller, job)
    workflow_for(job.kind).permit(caller, Run(job))
    subjects.demand_same_owner(job)
    if not job.is_cleaned_up:
        raise WrongState("Some of what this job did is not undone yet. Resume its clean-up first.")
    new = submit(
        caller,
        job.kind,
        Subject(job.subject_type, job.subject_uuid or job.uuid, job.subject_name),
        job.arguments,
        owner=Owner(0, job.account_uuid or caller.owner.account_uuid, "", job.domain_path),
        holds=job.message_values.get("held", ()),
    )
    workflow_for(job.kind).retry(Run(new))
    say(new, f"{caller.user_name} asked for another try.")
    alerts.clear_alert(FAILED_ALERT, alert_key(job.uuid), by=caller.user_name)
    _record(caller, "JOB.RETRY", new, f"Tries {_words(job)} again.")
    return new


def say(job: Job, sentence: str, *, level: str = "info", for_operators: bool = False) -> None:
    """Adds a sentence to the job's log."""
    JobLine.objects.create(job=job, sentence=sentence, level=level, for_operators=for_operators)


def _record(caller: Caller, event_type: str, job: Job, sentence: str) -> None:
    plans.note("job", sentence)
    about = About("job", job.uuid, job.kind, job.account_uuid, job.domain_path)
    records.record(caller, event_type, about, sentence=sentence, job_uuid=job.uuid)


def _words(job: Job) -> str:
    return f"the job {job.kind} of {job.subject_name}" if job.subject_name else f"the job {job.kind}"


def release_holds(job: Job) -> list[str]:
    """Frees what the job held and says what that was; part of every closing transaction."""
    held = sorted(job.holds.values_list("thing", flat=True))
    job.holds.all().delete()
    return held


def is_held(row: models.Model) -> bool:
    """True while an open job has the row to itself."""
    return Hold.objects.filter(thing=hold_of(row)).exists()
