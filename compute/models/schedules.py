"""Schedules and leases of instances."""

from typing import ClassVar

from django.db import models

from cloudportal.core.recurrence import Recurrence
from cloudportal.core.scoping import OwnedBy, ScopedModel
from compute.models.instances import Instance


class InstanceSchedule(ScopedModel):
    """Starts, stops or reboots an instance at regular times; `expression` is cron's five fields.

    `next_run_at` is when it is due, null while it is not enabled; `last_outcome` says what came of the last run.
    """

    scope = OwnedBy(account="instance__account_id", domain_path="instance__account__domain__path")

    START = "start"
    STOP = "stop"
    REBOOT = "reboot"
    VERBS = (START, STOP, REBOOT)

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="schedules")
    name = models.CharField(max_length=100)
    verb = models.CharField(max_length=8)
    force = models.BooleanField(default=False)
    expression = models.CharField(max_length=100)
    time_zone = models.CharField(max_length=64)
    is_enabled = models.BooleanField(default=True)
    next_run_at = models.DateTimeField(null=True, db_index=True)
    last_run_at = models.DateTimeField(null=True)
    last_outcome = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["instance", "id"]
        verbose_name = "schedule"

    def __str__(self) -> str:
        return self.name

    @property
    def recurrence(self) -> Recurrence:
        """When it is due."""
        return Recurrence(self.expression, self.time_zone)


class Lease(ScopedModel):
    """How long an instance may live, and what becomes of it then. `ended_at` is when that was begun; one that
    `is_let_be` is left to people, as it could not be carried out or the instance was recovered since.
    """

    scope = OwnedBy(account="instance__account_id", domain_path="instance__account__domain__path")

    STOP = "stop"
    DESTROY = "destroy"
    POLICIES = (STOP, DESTROY)

    instance = models.OneToOneField(Instance, on_delete=models.CASCADE, related_name="lease")
    ends_at = models.DateTimeField(db_index=True)
    policy = models.CharField(max_length=8)
    warned_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    is_let_be = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"lease of {self.instance}"
