"""What a volume is to be filled with, until it is."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedBy, ScopedModel
from storage.models.volumes import Volume


class VolumeArrival(ScopedModel):
    """The image that a new volume gets its content of: of which format it was said to be, and `checksum` and sizes when
    it has come in and was inspected. It goes when the volume is filled, which is a copy and leans on no image.
    """

    scope = OwnedBy(account="volume__account_id", domain_path="volume__account__domain__path")

    volume = models.OneToOneField(Volume, on_delete=models.CASCADE, related_name="arrival")
    format = models.CharField(max_length=10)
    expected_checksum = models.CharField(max_length=140, blank=True)
    checksum = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    virtual_size_bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.volume.name
