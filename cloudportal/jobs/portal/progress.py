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
from cloudportal.jobs.queries import jobs_for, lines_for, open_jobs_on
from cloudportal.jobs.workflows import Step, workflow_for
from cloudportal.portal import formats
from cloudportal.portal.panels import Part

DONE, RUNNING, WAITING, NEXT = "done", "running", "waiting", "next"
UNDONE, UNDOING, FAILED, SKIPPED = "undone", "undoing", "failed", "skipped"

_WORDS = {
    DONE: "done",
    RUNNING: "under way",
    WAITING: "waiting",
    NEXT: "to do",
    UNDONE: "undone",
    UNDOING: "being undone",
    FAILED: "failed",
    SKIPPED: "not begun",
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
    steps = steps_of(job)
    seen = f"{job.state}|{job.cursor}|{job.is_undoing}|{job.progress}|{job.step_tries}|{len(lines)}|{job.message}"
    return Progress(
        job=job,
        label=label_of(job.kind),
        sentence=_sentence(job, steps),
        steps=steps,
        lines=lines,
        mark=hashlib.sha256(seen.encode()).hexdigest()[:12],
    )


def label_of(kind: str) -> str:
    """What jobs of this kind do, in words."""
    try:
        return workflow_for(kind).label
    except LookupError:
        return kind


def steps_of(job: Job) -> tuple[StepLine, ...]:
    """The steps of the job's workflow, each with its status. None for a kind that this program does not know."""
    try:
        steps = workflow_for(job.kind).steps
    except LookupError:
        return ()
    outcomes = _Outcomes.of(job)
    return tuple(
        StepLine(one.label, _status(job, index, one, outcomes), outcomes.took.get(one.name, ""))
        for index, one in enumerate(steps)
    )


@dataclass(frozen=True)
class _Outcomes:
    """The timeline by step."""

    done: frozenset[str]
    undone: frozenset[str]
    took: dict[str, str]

    @classmethod
    def of(cls, job: Job) -> "_Outcomes":
        by = {word: frozenset(one["step"] for one in job.timeline if one["outcome"] == word) for word in (DONE, UNDONE)}
        return cls(by[DONE], by[UNDONE], {one["step"]: _took(one) for one in job.timeline})


def _took(entry: dict[str, Any]) -> str:
    began, ended = (datetime.fromisoformat(entry[name]) for name in ("began_at", "ended_at"))
    return formats.duration((ended - began).total_seconds())


def _status(job: Job, index: int, step: type[Step], outcomes: _Outcomes) -> str:
    if job.is_undoing:
        return _status_backwards(job, index, step, outcomes)
    if index < job.cursor:
        return DONE
    if index == job.cursor and job.is_open:
        return RUNNING if job.state == states.RUNNING else WAITING
    return NEXT if job.is_open else SKIPPED


def _status_backwards(job: Job, index: int, step: type[Step], outcomes: _Outcomes) -> str:
    if step.name in outcomes.undone:
        return UNDONE if step.name in outcomes.done else FAILED
    if index >= job.cursor:
        return SKIPPED
    if index == job.cursor - 1:
        return UNDOING if job.is_open else FAILED
    return DONE


def _sentence(job: Job, steps: Sequence[StepLine]) -> str:
    if job.state == states.DONE:
        return "Done."
    if not job.is_open:
        return job.message or "It did not work out."
    current = next((one for one in steps if one.status in (RUNNING, WAITING, UNDOING)), None)
    if current is None:
        return "Waiting for a worker."
    number = steps.index(current) + 1
    if job.is_undoing:
        return f"Turning back: {current.label} is being undone."
    if current.status == WAITING and not number > 1 and not job.step_tries:
        return "Waiting for a worker."
    again = ", trying again shortly" if job.step_tries else ""
    return f"Step {number} of {len(steps)}: {current.label}{again}."


def open_progress(caller: Caller, subject_uuid: UUID) -> Progress | None:
    """The progress of the open job on a thing, if there is one that the caller may see."""
    if not caller.may(actions.READ.name):
        return None
    job = jobs_for(caller).filter(subject_uuid=subject_uuid, state__in=states.OPEN).first()
    return progress_of(caller, job) if job else None


def _running(caller: Caller, row: Any) -> dict[str, Any] | None:
    progress = open_progress(caller, row.uuid)
    return {"progress": progress} if progress else None


def progress_panel() -> Part:
    """On top of a detail page: the job that is under way on the thing, live."""
    return Part("Progress", "portal/jobs/panel.html", _running, place="top")


def show_open_jobs(caller: Caller, rows: Sequence[Any]) -> None:
    """Gives each row of a list its open job as `open_job`, in one query."""
    found = open_jobs_on(row.uuid for row in rows)
    for row in rows:
        row.open_job = found.get(row.uuid)
