"""Events, alerts and meter marks in the admin."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet

from cloudportal.administration import history
from cloudportal.administration.scoped import RootAdmin, ScopedAdmin
from cloudportal.administration.verbs import Verb
from cloudportal.core.caller import Caller
from cloudportal.events import actions, alerts, queries
from cloudportal.events.models import Alert, Event, MeterMark

MOST_EVENTS = 200


def _about(caller: Caller, uuid: UUID) -> list[Event]:
    if not caller.may(actions.READ.name):
        return []
    return list(queries.events_for(caller).filter(subject_uuid=uuid)[:MOST_EVENTS])


history.use(_about)


@admin.register(Event)
class EventAdmin(ScopedAdmin):
    """What happened."""

    read = actions.READ
    list_display = ("created_at", "type", "subject_name", "user_name", "source_address", "level", "sentence")
    list_filter = ("level", "stage", "door")
    search_fields = ("type", "subject_name", "user_name")
    shown = (
        "type",
        "level",
        "stage",
        "sentence",
        "user_name",
        "account_name",
        "source_address",
        "door",
        "subject_type",
        "subject_name",
        "subject_uuid",
        "before",
        "after",
        "job_uuid",
    )

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's events."""
        return queries.events_for(caller)


@admin.register(Alert)
class AlertAdmin(ScopedAdmin):
    """What needs a person."""

    read = actions.READ_ALERTS
    list_display = ("sentence", "code", "times", "last_seen_at", "cleared_at", "cleared_by")
    list_filter = ("code",)
    search_fields = ("sentence", "subject_name")
    shown = (
        "code",
        "sentence",
        "detail",
        "subject_type",
        "subject_name",
        "times",
        "last_seen_at",
        "mailed_at",
        "cleared_at",
        "cleared_by",
    )
    verbs = (Verb(actions.CLEAR_ALERT, alerts.clear),)

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's alerts."""
        return queries.alerts_for(caller)


@admin.register(MeterMark)
class MeterMarkAdmin(RootAdmin):
    """Where an interval begins or ends."""

    read = actions.READ
    list_display = ("at", "meter", "starts", "subject_name", "account_name")
    list_filter = ("meter", "starts")
    search_fields = ("subject_name", "account_name")
    shown = (
        "meter",
        "starts",
        "at",
        "subject_name",
        "subject_uuid",
        "account_name",
        "zone_uuid",
        "quantities",
    )
