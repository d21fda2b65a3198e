"""Snapshots of volumes."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedBy, ScopedModel
from compute.topology.models import Zone
from storage import states
from storage.models.templates import Template
from storage.models.volumes import Volume
from tenants.models import Account


class Snapshot(ScopedModel):
    """A volume as it was at `taken_at`: a whole image in the content-addressed store, by its `checksum`.

    It needs neither the volume nor its pool any more; `volume_name` says what it was taken of when that is gone.
    `is_quiet` says that the guest's file systems had been written out.
    """

    scope = OwnedBy()

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="snapshots")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="snapshots")
    volume = models.ForeignKey(Volume, on_delete=models.SET_NULL, null=True, related_name="snapshots")
    # The template whose image it carries on (storage.origins).
    origin = models.ForeignKey(Template, on_delete=models.PROTECT, null=True, related_name="+")
    volume_name = models.CharField(max_length=100)
    # The schedule's uuid, which may be gone; null for those that people asked for.
    schedule_uuid = models.UUIDField(null=True, db_index=True)
    name = models.CharField(max_length=100)
    os_type = models.CharField(max_length=60, blank=True)
    format = models.CharField(max_length=10, default="qcow2")
    checksum = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    virtual_size_bytes = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=12, default=states.CREATING)
    is_quiet = models.BooleanField(default=False)
    taken_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["account", "state", "-id"], name="snapshot_of_account"),
            models.Index(fields=["volume", "state", "-id"], name="snapshot_of_volume"),
        ]

    def __str__(self) -> str:
        return self.name
