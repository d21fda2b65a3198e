"""The ledger: what counted from when to when."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedByReference, RootOnly, ScopedModel


class UsageInterval(ScopedModel):
    """From `started_at` to `ended_at` (null while it lasts) the subject counted with `quantities`.

    A projection of the meter marks, made by the ledger alone: each row names the marks that opened and ended it,
    each mark does so once, and a row that has ended is not changed again. `open_key` keeps a subject from having
    two open intervals of a meter; it is null once the interval has ended.
    """

    scope = OwnedByReference()

    meter = models.CharField(max_length=40)
    subject_uuid = models.UUIDField()
    subject_name = models.CharField(max_length=255, blank=True)
    account_uuid = models.UUIDField()
    account_name = models.CharField(max_length=255)
    domain_path = models.CharField(max_length=255)
    zone_uuid = models.UUIDField(null=True)
    quantities = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    start_mark = models.BigIntegerField(unique=True)
    end_mark = models.BigIntegerField(unique=True, null=True)
    open_key = models.CharField(max_length=80, unique=True, null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = "usage record"
        indexes: ClassVar = [
            models.Index(fields=["account_uuid", "started_at"], name="interval_of_account"),
            models.Index(fields=["domain_path", "started_at"], name="interval_of_domain"),
            models.Index(fields=["subject_uuid", "meter", "start_mark"], name="interval_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.meter} of {self.subject_name}"


class LedgerPosition(ScopedModel):
    """How far the marks are folded for good: every mark up to `settled_id`.

    `seen_id` was the newest mark at `seen_at`. A mark gets its id before its transaction commits, so a smaller id
    may still come to light for a while; only when that while is over does `seen_id` become `settled_id`.
    """

    scope = RootOnly()

    settled_id = models.BigIntegerField(default=0)
    seen_id = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"settled up to {self.settled_id}"
