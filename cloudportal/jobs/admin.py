"""Jobs in the admin: watched, steered, never written."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from cloudportal.administration.callers import caller_of
from cloudportal.administration.scoped import RootAdmin, ScopedAdmin, ScopedInline
from cloudportal.administration.verbs import Verb
from cloudportal.core.caller import Caller
from cloudportal.jobs import actions, queries, services
from cloudportal.jobs.models import Hold, Job, JobLine, PeriodicRun


class LineInline(ScopedInline):
    """The log of a job."""

    model = JobLine
    fields = ("at", "level", "sentence")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All lines, without those for operators where the caller is none."""
        lines = super().get_queryset(request)
        return lines if caller_of(request).is_root_admin else lines.filter(for_operators=False)


class HoldInline(ScopedInline):
    """What a job has to itself."""

    model = Hold
    fields = ("thing",)


@admin.register(Job)
class JobAdmin(ScopedAdmin):
    """A piece of work, as far as it is."""

    read = actions.READ
    list_display = ("kind", "subject_name", "state", "progress", "attempt", "created_at", "ended_at")
    list_filter = ("state", "kind", "queue")
    search_fields = ("subject_name", "kind", "message")
    shown = (
        "kind",
        "state",
        "progress",
        "subject_type",
        "subject_name",
        "subject_uuid",
        "account_uuid",
        "message_code",
        "message",
        "attempt",
        "is_undoing",
        "is_abort_requested",
        "started_at",
        "ended_at",
    )
    inlines = (LineInline, HoldInline)
    verbs = (
        Verb(actions.ABORT, services.abort),
        Verb(actions.RETRY, services.retry),
        Verb(actions.RESUME, services.resume),
    )

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's jobs."""
        return queries.jobs_for(caller)


@admin.register(PeriodicRun)
class PeriodicRunAdmin(RootAdmin):
    """When regular work is due."""

    read = actions.READ
    list_display = ("name", "due_at", "started_at", "ended_at", "failure")
    search_fields = ("name",)
    shown = ("name", "due_at", "started_at", "ended_at", "failure")
