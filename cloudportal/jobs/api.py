"""Jobs at the REST door: watched by their owners, steered by operators."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cloudportal.api.filters import UUIDS, Filter, between
from cloudportal.api.resources import Resource, Verb
from cloudportal.api.routes import patterns
from cloudportal.api.shapes import Shape
from cloudportal.api.work import JobShape, Work
from cloudportal.core.caller import Caller
from cloudportal.jobs import actions, queries, services, states
from cloudportal.jobs.models import Job
from cloudportal.jobs.progress import steps_of


class StepShape(Shape):
    """One step of a job."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=["waiting", "running", "done", "undoing", "undone", "failed"])
    began_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class LineShape(Shape):
    """One sentence of a job's log."""

    at = serializers.DateTimeField()
    level = serializers.CharField()
    sentence = serializers.CharField()


class JobDetailShape(JobShape):
    """A job with its steps and its log."""

    for_operators = ("operator_detail", "worker")

    steps = serializers.SerializerMethodField()
    lines = serializers.SerializerMethodField()
    is_undoing = serializers.BooleanField()
    is_abort_requested = serializers.BooleanField()
    operator_detail = serializers.CharField()
    worker = serializers.CharField()

    @extend_schema_field(StepShape(many=True))
    def get_steps(self, job: Job) -> Any:
        """The steps in their order."""
        return StepShape(steps_of(job), many=True).data

    @extend_schema_field(LineShape(many=True))
    def get_lines(self, job: Job) -> Any:
        """The log, as far as the caller may see it."""
        return LineShape(queries.lines_for(self.context["caller"], job), many=True).data


def _retry(caller: Caller, job: Job) -> Work:
    return Work(services.retry(caller, job))


def _resume(caller: Caller, job: Job) -> Work:
    return Work(services.resume(caller, job))


JOBS = Resource(
    path="jobs",
    noun="job",
    shape=JobShape,
    detail=JobDetailShape,
    read=actions.READ,
    rows=queries.jobs_for,
    row=queries.job_for,
    filters=(
        Filter("kind"),
        Filter("state", choices=tuple(sorted(states.JOB.states))),
        Filter("subject", "subject_uuid", UUIDS),
        *between("created_at"),
    ),
    orderings=("created_at", "kind", "state"),
    changes=(
        Verb(
            "abort",
            services.abort,
            actions.ABORT,
            summary="Turn back at the next step and undo what was done",
        ),
        Verb("retry", _retry, actions.RETRY, works=True, summary="Start a new job with the same purpose"),
        Verb("resume", _resume, actions.RESUME, works=True, summary="Take an unfinished clean-up up again"),
    ),
)

urlpatterns = patterns(JOBS)
