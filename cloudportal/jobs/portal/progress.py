"""A job as people follow it: its steps, which one is under way, and how it ended."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.jobs import actions, states
from cloudportal.jobs.models import Job, JobLine
from cloudportal.jobs.progress import StepProgress, steps_of
from cloudportal.jobs.queries import jobs_for, lines_for
from cloudportal.jobs.workflows import workflow_for
from cloudportal.portal import formats
from cloudportal.portal.panels import Part

DONE, RUNNING, WAITING, SKIPPED = "done", "running", "waiting", "skipped"
UNDONE, UNDOING, FAILED = "undone", "undoing", "failed"

_WORDS = {
    DONE: "done",
    RUNNING: "under way",
    WAITING: "to do",
    SKIPPED: "not begun",
    UNDONE: "undone",
    UNDOING: "being undone",
    FAILED: "failed",
}
_ICONS = {
    DONE: "tone-good",
    RUNNING: "tone-busy",
    WAITING: "next",
    SKIPPED: "next",
    UNDONE: "recover",
    UNDOING: "tone-busy",
    FAILED: "tone-bad",
}


@dataclass(frozen=True)
class StepLine:
    """One step: `status` says how far it is, `took` how long it lasted where it has ended."""

    label: str
    status: str
    took: str

    @property
    def words(self) -> str:
        """The status as people read it."""
        return _WORDS[self.status]

    @property
    def icon(self) -> str:
        """The status as an icon."""
        return _ICONS[self.status]


@dataclass(frozen=True)
class Progress:
    """One job's progress as one caller sees it. `mark` changes whenever any of it does."""

    job: Job
    label: str
    sentence: str
    steps: tuple[StepLine, ...]
    lines: tuple[JobLine, ...]
    mark: str

    @property
    def is_open(self) -> bool:
        """True while it goes on."""
        return self.job.is_open


def progress_of(caller: Caller, job: Job, *, with_lines: bool = False) -> Progress:
    """The job's progress; with its log only where that is shown."""
    lines = tuple(lines_for(caller, job)) if with_lines else ()
    seen = (job.state, job.cursor, job.is_undoing, job.progress, job.step_tries, len(lines), job.message)
    steps = _steps(job)
    return Progress(
        job=job,
        label=label_of(job.kind),
        sentence=_sentence(job, steps),
        steps=steps,
        lines=lines,
        mark=hashlib.sha256(repr(seen).encode()).hexdigest()[:12],
    )


def label_of(kind: str) -> str:
    """What jobs of this kind do, in words."""
    try:
        return workflow_for(kind).label
    except LookupError:
        return kind


def _steps(job: Job) -> tuple[StepLine, ...]:
    """The steps as lines; none for a kind that this program does not know any more."""
    try:
        steps = steps_of(job)
    except LookupError:
        return ()
    finished = {entry["step"] for entry in job.timeline if entry["outcome"] == DONE}
    return tuple(StepLine(one.label, _status(job, one, finished), _took(one)) for one in steps)


def _status(job: Job, step: StepProgress, finished: set[str]) -> str:
    # The step at which a job turned back is undone like the others; that it was never done tells it apart.
    if step.state == UNDONE and step.name not in finished:
        return FAILED
    return SKIPPED if step.state == WAITING and (job.is_undoing or not job.is_open) else step.state


def _took(step: StepProgress) -> str:
    if not step.began_at or not step.ended_at:
        return ""
    passed = datetime.fromisoformat(step.ended_at) - datetime.fromisoformat(step.began_at)
    return formats.duration(passed.total_seconds())


def _sentence(job: Job, steps: Sequence[StepLine]) -> str:
    if job.state == states.DONE:
        return "Done."
    if not job.is_open:
        return job.message or "It did not work out."
    if job.state == states.QUEUED and not job.step_tries:
        return "Waiting for a worker."
    number = next((at for at, one in enumerate(steps, 1) if one.status not in (DONE, FAILED, UNDONE)), 0)
    if job.is_undoing:
        return f"Turning back: {job.message}"
    if not number:
        return "Nearly done."
    again = ", which is tried again shortly" if job.step_tries else ""
    return f"Step {number} of {len(steps)}: {steps[number - 1].label}{again}."


def open_progress(caller: Caller, subject_uuid: UUID) -> Progress | None:
    """The progress of the open job on a thing, if there is one that the caller may see."""
    if not caller.may(actions.READ.name):
        return None
    job = jobs_for(caller).filter(subject_uuid=subject_uuid, state__in=states.OPEN).first()
    return progress_of(caller, job) if job else None


def _running(caller: Caller, row: Any) -> dict[str, Any] | None:
    progress = open_progress(caller, row.uuid)
    return {"progress": progress} if progress else None


def _failed_last(caller: Caller, row: Any) -> dict[str, Any] | None:
    """The last job on the thing, if it came to nothing and no other has been begun since."""
    if not caller.may(actions.READ.name):
        return None
    job = jobs_for(caller).filter(subject_uuid=row.uuid).first()
    if job is None or job.state != states.FAILED:
        return None
    return {"job": job, "label": label_of(job.kind)}


def failure_panel() -> Part:
    """On top of a detail page: why the last job on the thing failed, until another is begun."""
    return Part("What went wrong", "portal/jobs/failure.html", _failed_last, place="top")


def progress_panel() -> Part:
    """On top of a detail page: the job that is under way on the thing, live."""
    return Part("Progress", "portal/jobs/panel.html", _running, place="top")
