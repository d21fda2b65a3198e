"""Jobs: the list, one job with its steps and log, and the live part of both."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.jobs import actions, services, states
from cloudportal.jobs.models import Job
from cloudportal.jobs.portal.progress import label_of, progress_of
from cloudportal.jobs.queries import job_for, jobs_for
from cloudportal.jobs.workflows import all_workflows
from cloudportal.portal import cells, formats, home, menu, subjects
from cloudportal.portal.buttons import RowAction
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.lists import ListPage
from cloudportal.portal.pages import page
from cloudportal.portal.panels import Fact, Facts, Part, Table
from cloudportal.portal.queries import SINCE, Filter, name_in
from cloudportal.portal.standing import stands_at
from cloudportal.portal.tones import Tone

RECENT = 5


def took(job: Job) -> str:
    """How long the job has worked or did work."""
    if job.started_at is None or job.ended_at is None:
        return ""
    return formats.duration((job.ended_at - job.started_at).total_seconds())


def _name(job: Job) -> Any:
    return cells.link(label_of(job.kind), "job", job.uuid)


def _subject(job: Job) -> Any:
    return subjects.link(job.subject_type, job.subject_uuid, job.subject_name)


def _caller_name(job: Job) -> str:
    return str(job.caller.get("user_name") or "")


def _state(job: Job) -> Any:
    """The state as a badge: what runs here is under way, not well."""
    word = "undoing" if job.is_undoing and job.is_open else job.state
    return cells.state(word, tone=Tone.BUSY if job.is_open else None)


def _kinds(caller: Caller) -> list[tuple[str, str]]:
    """What jobs do, by their words; kinds that are called the same are one choice."""
    first = {one.label: one.kind for one in reversed(list(all_workflows()))}
    return [(kind, label) for label, kind in sorted(first.items())]


def _called_alike(kind: str) -> list[str]:
    return [one.kind for one in all_workflows() if one.label == label_of(kind)]


def _find_accounts(caller: Caller, jobs: Sequence[Job]) -> None:
    """Names the accounts for those who look after several."""
    if not stands_at(caller, RoleKind.DOMAIN_ADMIN):
        return
    found = subjects.holders_of("account", caller, (job.account_uuid for job in jobs))
    for job in jobs:
        if job.account_uuid is not None:
            job.account_holder = found.get(job.account_uuid)  # type: ignore[attr-defined]


def _account(job: Job) -> Any:
    holder = getattr(job, "account_holder", None)
    return cells.link(holder.name, holder.route, holder.uuid) if holder else ""


COLUMNS = (
    Column("job", "Job", _name, sort="kind"),
    Column("subject", "About", _subject, sort="subject_name"),
    Column("state", "State", _state, sort="state"),
    Column("caller", "Asked by", _caller_name),
    Column("account", "Account", _account, least=RoleKind.DOMAIN_ADMIN),
    Column("began", "Asked", lambda job: cells.moment(job.created_at), sort="created_at"),
    Column("took", "Took", took, on_phone=False),
)

JOBS = ListPage(
    route="jobs",
    path="jobs/",
    title="Jobs",
    nouns="jobs",
    icon="job",
    rows=jobs_for,
    columns=COLUMNS,
    about="Whatever takes longer than a moment is a job: you can follow its steps here, while it runs and afterwards.",
    search=("subject_name", "kind", "message"),
    filters=(
        Filter(
            "state", "State", "state", lambda caller: [(one, one) for one in (*states.OPEN, *states.CLOSED)]
        ),
        Filter("kind", "Job", "kind__in", _kinds, _called_alike),
        SINCE,
        Filter(
            "subject", "About", "subject_uuid", called=name_in(jobs_for, "subject_name", key="subject_uuid")
        ),
    ),
    prepare=_find_accounts,
    is_lively=lambda job: job.is_open,
)


def _progress(caller: Caller, job: Job) -> dict[str, Any]:
    return {"progress": progress_of(caller, job, with_lines=True)}


JOB = DetailPage(
    route="job",
    path="jobs/",
    noun="job",
    row=job_for,
    parent="jobs",
    parent_label="Jobs",
    state=_state,
    title=lambda job: f"{label_of(job.kind)}: {job.subject_name}" if job.subject_name else label_of(job.kind),
    panels=(
        Part("Steps", "portal/jobs/whole.html", _progress),
        Facts(
            "Job",
            (
                Fact("About", _subject),
                Fact("Asked by", _caller_name),
                Fact("From", lambda job: job.caller.get("source_address") or ""),
                Fact("Asked", lambda job: cells.exact_moment(job.created_at)),
                Fact("Began", lambda job: cells.exact_moment(job.started_at), is_shown_empty=False),
                Fact("Ended", lambda job: cells.exact_moment(job.ended_at), is_shown_empty=False),
                Fact("Took", took, is_shown_empty=False),
                Fact("Id", lambda job: cells.copyable(job.uuid)),
            ),
            place="side",
        ),
        Facts(
            "For operators",
            (
                Fact("Kind", lambda job: cells.code(job.kind)),
                Fact("Queue", "queue"),
                Fact("Worker", "worker"),
                Fact("Attempt", "attempt"),
                Fact("Lease until", lambda job: cells.exact_moment(job.lease_until), is_shown_empty=False),
                Fact("Detail", "operator_detail", is_shown_empty=False),
            ),
            place="side",
            least=RoleKind.ROOT_ADMIN,
        ),
    ),
    buttons=(
        RowAction(
            actions.RETRY,
            services.retry,
            icon="reboot",
            done="{name} is tried again.",
            lands=lambda job: reverse("portal:job", args=[job.uuid]),
            is_shown=lambda caller, job: job.is_cleaned_up or job.is_open,
        ),
        RowAction(
            actions.RESUME,
            services.resume,
            icon="play",
            done="The clean-up goes on.",
            is_shown=lambda caller, job: job.is_undoing and not job.is_cleaned_up and not job.is_open,
        ),
        RowAction(
            actions.ABORT,
            services.abort,
            icon="stop",
            done="The job turns back at its next step.",
            is_shown=lambda caller, job: job.is_open,
        ),
    ),
)


def live(request: HttpRequest, caller: Caller, uuid: UUID) -> HttpResponse:
    """The job's progress, as a page asks for it again and again: nothing while nothing has changed.

    Once the job is closed the page around it is told, and asks no more.
    """
    with_lines = request.GET.get("log") == "1"
    progress = progress_of(caller, job_for(caller, uuid), with_lines=with_lines)
    if progress.is_open and request.GET.get("seen") == progress.mark:
        return HttpResponse(status=204)
    response = render(request, "portal/jobs/progress.html", {"progress": progress, "with_log": with_lines})
    if not progress.is_open:
        response.headers["HX-Trigger"] = "job-closed"
    return response


def jobs_panel() -> Table:
    """The last jobs on a thing."""
    return Table(
        "Jobs",
        lambda caller, row: (
            jobs_for(caller).filter(subject_uuid=row.uuid)[:RECENT] if caller.may(actions.READ.name) else []
        ),
        tuple(one for one in COLUMNS if one.name not in ("subject", "account")),
        more=("jobs", "subject"),
    )


def _under_way(caller: Caller) -> dict[str, Any] | None:
    jobs = list(jobs_for(caller).filter(state__in=states.OPEN)[:RECENT])
    return {"under_way": [progress_of(caller, one) for one in jobs]} if jobs else None


menu.entry("Jobs", "jobs", icon="job", section="Activity", order=10, action=actions.READ)
home.panel(
    "jobs", "Under way", "portal/home/jobs.html", _under_way, order=10, action=actions.READ, place="top"
)
subjects.shown_at("job", "job")

urlpatterns = [
    *JOBS.urls(),
    *JOB.urls(),
    path("jobs/<uuid:uuid>/progress/", page(live), name="job-progress"),
]
