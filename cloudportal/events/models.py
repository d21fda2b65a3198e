"""Events (who did what), alerts (what needs a person), and meter marks (what began or ended to count)."""

from typing import ClassVar

from django.db import models

from cloudportal.core import clock
from cloudportal.core.scoping import OwnedByReference, RootOnly, ScopedModel


class Event(ScopedModel):
    """One change, named by CloudStack's event types (`VM.CREATE`): who, from where, what before and after."""

    scope = OwnedByReference()

    type = models.CharField(max_length=60)
    level = models.CharField(max_length=8, default="info")
    stage = models.CharField(max_length=12, default="completed")
    sentence = models.TextField(blank=True)
    account_uuid = models.UUIDField(null=True)
    domain_path = models.CharField(max_length=255)
    user_uuid = models.UUIDField(null=True)
    user_name = models.CharField(max_length=255, blank=True)
    account_name = models.CharField(max_length=255, blank=True)
    source_address = models.CharField(max_length=45, blank=True)
    door = models.CharField(max_length=20, blank=True)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_uuid = models.UUIDField(null=True, db_index=True)
    subject_name = models.CharField(max_length=255, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    job_uuid = models.UUIDField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["account_uuid", "-id"], name="event_of_account"),
            models.Index(fields=["domain_path", "-id"], name="event_of_domain"),
            models.Index(fields=["type", "-id"], name="event_of_type"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject_name}".strip()


class Alert(ScopedModel):
    """Something that needs a person. `open_key` makes it one row however often it is raised; null once cleared."""

    scope = RootOnly()

    code = models.CharField(max_length=60)
    open_key = models.CharField(max_length=200, unique=True, null=True)
    sentence = models.TextField()
    detail = models.TextField(blank=True)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_uuid = models.UUIDField(null=True)
    subject_name = models.CharField(max_length=255, blank=True)
    times = models.PositiveIntegerField(default=1)
    last_seen_at = models.DateTimeField(default=clock.now)
    mailed_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.sentence

    @property
    def is_open(self) -> bool:
        """True until it is cleared."""
        return self.cleared_at is None


class MeterMark(models.Model):
    """One end of an interval: from `at`, the subject counts with `quantities` (`starts`), or no longer.

    Append-only, written in the transaction of the change that it measures, and so exact across crashes.
    """

    meter = models.CharField(max_length=40)
    starts = models.BooleanField()
    at = models.DateTimeField()
    subject_uuid = models.UUIDField()
    subject_name = models.CharField(max_length=255, blank=True)
    account_uuid = models.UUIDField()
    account_name = models.CharField(max_length=255)
    domain_path = models.CharField(max_length=255)
    zone_uuid = models.UUIDField(null=True)
    quantities = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["subject_uuid", "meter", "id"], name="mark_of_subject")]

    def __str__(self) -> str:
        return f"{self.meter} {'starts' if self.starts else 'ends'} {self.subject_name}"
