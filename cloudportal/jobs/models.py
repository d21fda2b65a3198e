"""Jobs, their log lines, and what they hold."""

from typing import ClassVar

from django.db import models

from cloudportal.core import clock
from cloudportal.core.scoping import OwnedByReference, ScopedModel, ScopedQuerySet
from cloudportal.jobs import states


class Job(ScopedModel):
    """One piece of work. Everything a worker needs to begin, go on, or turn back is in this row.

    `cursor` counts finished steps; while `is_undoing` it counts the steps still to be undone. `notes` is what
    the steps wrote down for each other. `caller` says who asked (no rules, no secrets).
    """

    scope = OwnedByReference()

    kind = models.CharField(max_length=80)
    queue = models.CharField(max_length=20)
    state = models.CharField(max_length=12, default=states.QUEUED)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_uuid = models.UUIDField(null=True, db_index=True)
    subject_name = models.CharField(max_length=255, blank=True)
    account_uuid = models.UUIDField(null=True)
    domain_path = models.CharField(max_length=255)
    caller = models.JSONField(default=dict)
    arguments = models.JSONField(default=dict)
    notes = models.JSONField(default=dict)
    timeline = models.JSONField(default=list)
    cursor = models.PositiveSmallIntegerField(default=0)
    is_undoing = models.BooleanField(default=False)
    is_abort_requested = models.BooleanField(default=False)
    progress = models.PositiveSmallIntegerField(default=0)
    message_code = models.CharField(max_length=60, blank=True)
    message = models.TextField(blank=True)
    message_values = models.JSONField(default=dict)
    operator_detail = models.TextField(blank=True)
    worker = models.CharField(max_length=100, blank=True)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    step_tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=clock.now)
    rung_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["state", "not_before"], name="job_due"),
            models.Index(fields=["state", "lease_until"], name="job_lease"),
            models.Index(fields=["account_uuid", "-id"], name="job_of_account"),
            models.Index(fields=["domain_path", "-id"], name="job_of_domain"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_name}".strip()

    @property
    def is_open(self) -> bool:
        """True while somebody still has to do something."""
        return self.state in states.OPEN

    @property
    def is_unsettled(self) -> bool:
        """True where it was closed although what becomes of its subject could not be written down."""
        return bool(self.message_values.get("is_unsettled"))

    @property
    def is_cleaned_up(self) -> bool:
        """True where nothing that it did is left to be undone, and nothing to be settled."""
        return self.cursor == 0 and not self.is_unsettled


class JobLine(models.Model):
    """A sentence in a job's log. `for_operators` lines name hosts and the like, and are not shown to tenants."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="lines")
    at = models.DateTimeField(default=clock.now)
    level = models.CharField(max_length=8, default="info")
    sentence = models.TextField()
    for_operators = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.sentence


class Hold(models.Model):
    """A thing that an open job has to itself, such as `instance:<uuid>`. Gone when the job closes."""

    thing = models.CharField(max_length=120, unique=True)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="holds")

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.thing


class PeriodicRun(models.Model):
    """When a piece of regular work is due next; the guarded update of this row lets one process do it."""

    name = models.CharField(max_length=80, unique=True)
    due_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name
