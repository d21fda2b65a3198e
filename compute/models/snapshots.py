"""Snapshots of instances."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedBy, ScopedModel
from compute import states
from compute.models.instances import Instance


class InstanceSnapshot(ScopedModel):
    """An instance as it was at `taken_at`, with its memory or without. It lies in its disks and goes with them.

    `parent` is what the instance stood on when it was taken; `is_current` marks the one that it stands on now. `shape`
    is what must be as it was for a revert: disks, and for memory size and NICs too. `record` is the driver's own text.
    """

    scope = OwnedBy(account="instance__account_id", domain_path="instance__account__domain__path")

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="snapshots")
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="children")
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=12, default=states.TAKING)
    has_memory = models.BooleanField(default=False)
    is_current = models.BooleanField(default=False)
    shape = models.JSONField(default=dict)
    record = models.TextField(blank=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["instance", "id"]
        indexes: ClassVar = [models.Index(fields=["instance", "state"], name="snapshot_of_instance")]
        verbose_name = "instance snapshot"

    def __str__(self) -> str:
        return self.name
