"""Schedules of snapshots."""

from typing import ClassVar

from django.db import models

from cloudportal.core.recurrence import Recurrence
from cloudportal.core.scoping import OwnedBy, ScopedModel
from storage.models.volumes import Volume


class SnapshotSchedule(ScopedModel):
    """A volume's snapshots at regular times, of which the last `keep` are kept. One of each interval per volume.

    `expression` is what the interval, day, hour and minute mean. `next_run_at` is when it is due; `last_outcome` says
    how the last run began, empty while there was none.
    """

    scope = OwnedBy(account="volume__account_id", domain_path="volume__account__domain__path")

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    INTERVALS = (HOURLY, DAILY, WEEKLY, MONTHLY)

    volume = models.ForeignKey(Volume, on_delete=models.CASCADE, related_name="snapshot_schedules")
    interval = models.CharField(max_length=8)
    minute = models.PositiveSmallIntegerField(default=0)
    hour = models.PositiveSmallIntegerField(default=0)
    day = models.PositiveSmallIntegerField(default=1)
    time_zone = models.CharField(max_length=64)
    expression = models.CharField(max_length=100)
    keep = models.PositiveSmallIntegerField()
    is_quiet = models.BooleanField(default=False)
    is_enabled = models.BooleanField(default=True)
    next_run_at = models.DateTimeField(db_index=True)
    last_run_at = models.DateTimeField(null=True)
    last_outcome = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["volume", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["volume", "interval"], name="schedule_once_per_interval")
        ]
        verbose_name = "snapshot schedule"

    def __str__(self) -> str:
        return f"{self.interval} snapshots of {self.volume}"

    @property
    def recurrence(self) -> Recurrence:
        """When it is due."""
        return Recurrence(self.expression, self.time_zone)
