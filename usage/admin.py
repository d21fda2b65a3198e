"""The ledger in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from cloudportal.administration.scoped import RootAdmin, ScopedAdmin
from cloudportal.core.caller import Caller
from usage import actions, queries
from usage.models import LedgerPosition, UsageInterval


@admin.register(UsageInterval)
class UsageIntervalAdmin(ScopedAdmin):
    """What counted from when to when."""

    read = actions.READ
    list_display = ("meter", "subject_name", "account_name", "started_at", "ended_at")
    list_filter = ("meter",)
    search_fields = ("subject_name", "account_name")
    shown = (
        "meter",
        "subject_name",
        "subject_uuid",
        "account_name",
        "zone_uuid",
        "quantities",
        "started_at",
        "ended_at",
    )

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's intervals."""
        return queries.intervals_for(caller)


@admin.register(LedgerPosition)
class LedgerPositionAdmin(RootAdmin):
    """How far the marks are folded."""

    read = actions.READ
    list_display = ("settled_id", "seen_id", "seen_at")
    shown = ("settled_id", "seen_id", "seen_at")
