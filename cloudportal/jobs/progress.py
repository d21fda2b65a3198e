"""How far a job is, step by step, as people watch it."""

from dataclasses import dataclass
from typing import Any

from cloudportal.jobs import states
from cloudportal.jobs.models import Job
from cloudportal.jobs.workflows import workflow_for


@dataclass(frozen=True)
class StepProgress:
    """One step of a job: `state` is waiting, running, done, undoing, undone or failed. Times are ISO 8601."""

    name: str
    label: str
    state: str
    began_at: str | None = None
    ended_at: str | None = None


def steps_of(job: Job) -> list[StepProgress]:
    """Every step of the job's workflow in its order, with what became of it."""
    last: dict[str, dict[str, Any]] = {entry["step"]: entry for entry in job.timeline}
    steps = workflow_for(job.kind).steps
    return [
        StepProgress(
            name=step.name,
            label=step.label,
            state=_state(job, number, last.get(step.name)),
            began_at=last.get(step.name, {}).get("began_at"),
            ended_at=last.get(step.name, {}).get("ended_at"),
        )
        for number, step in enumerate(steps)
    ]


def _state(job: Job, number: int, entry: dict[str, Any] | None) -> str:
    if job.is_undoing:
        return _state_turning_back(job, number, entry)
    if number < job.cursor:
        return "done"
    is_next = number == job.cursor and job.state == states.RUNNING
    return "running" if is_next else "waiting"


def _state_turning_back(job: Job, number: int, entry: dict[str, Any] | None) -> str:
    # While undoing, the cursor counts what is still to be undone; the step it points at is the one below it.
    if number < job.cursor - 1:
        return "done"
    if number == job.cursor - 1:
        return "failed" if job.state == states.FAILED else "undoing"
    return "waiting" if entry is None else str(entry["outcome"])
