"""Copies of volumes that wait to be taken out."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedBy, ScopedModel
from storage import states
from storage.models.volumes import Volume
from tenants.models import Account


class VolumeExport(ScopedModel):
    """A whole copy of a volume as a file of one format in the content-addressed store, kept until `expires_at`.

    It needs the volume no more once it is there; `name` says what the volume was called.
    """

    scope = OwnedBy()

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="volume_exports")
    volume = models.ForeignKey(Volume, on_delete=models.SET_NULL, null=True, related_name="exports")
    name = models.CharField(max_length=100)
    format = models.CharField(max_length=10)
    checksum = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    virtual_size_bytes = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=12, default=states.CREATING)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.name
