"""Volumes and what they may be like."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import Everyone, OwnedBy, ScopedModel
from compute.topology.models import Zone
from storage import states
from storage.models.pools import Pool
from storage.models.templates import Template
from tenants.models import Account


class DiskOffering(ScopedModel):
    """A kind of disk that tenants may choose. `size_gib` null lets them say the size."""

    scope = Everyone(when=models.Q(is_active=True))

    name = models.CharField(max_length=100, unique=True)
    description = models.CharField(max_length=255, blank=True)
    size_gib = models.PositiveIntegerField(null=True)
    tags = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class Volume(ScopedModel):
    """A disk of an account. `held_by` is the uuid of whatever has it attached; storage does not know what that is.

    `locator` is the driver's own address of the volume, handed to compute drivers and shown to operators only.
    """

    scope = OwnedBy()

    ROOT = "root"
    DATA = "data"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="volumes")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="volumes")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, null=True, related_name="volumes")
    template = models.ForeignKey(Template, on_delete=models.PROTECT, null=True, related_name="volumes")
    offering = models.ForeignKey(DiskOffering, on_delete=models.PROTECT, null=True, related_name="volumes")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, default=DATA)
    size_bytes = models.PositiveBigIntegerField()
    format = models.CharField(max_length=10, default="qcow2")
    state = models.CharField(max_length=12, default=states.ALLOCATED)
    locator = models.CharField(max_length=500, blank=True)
    held_by = models.UUIDField(null=True, db_index=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["account", "state", "-id"], name="volume_of_account"),
            models.Index(fields=["pool", "state"], name="volume_of_pool"),
        ]

    def __str__(self) -> str:
        return self.name
