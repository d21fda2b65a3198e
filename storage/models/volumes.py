"""Volumes and what they may be like."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedBy, ScopedModel
from compute.topology.models import Offered, Offerings, Zone
from storage import states
from storage.models.pools import Pool
from storage.models.templates import Template
from tenants.models import Account

if TYPE_CHECKING:
    from storage.models.snapshots import Snapshot


# A thin volume takes room as it is written, of a sparse one the map is made beforehand, a fat one takes all at once.
THIN = "thin"
SPARSE = "sparse"
FAT = "fat"
PROVISIONING = (THIN, SPARSE, FAT)


class DiskOffering(Offered):
    """A kind of disk that tenants may choose. `size_gib` null lets them say the size, within `least_gib` and `most_gib`
    where those are set. Limits are for each disk, null for none; `provisioning` says what is taken of the pool when a
    disk is made.
    """

    scope = Offerings("storage.DiskOffering")

    name = models.CharField(max_length=100, unique=True)
    description = models.CharField(max_length=255, blank=True)
    size_gib = models.PositiveIntegerField(null=True)
    least_gib = models.PositiveIntegerField(null=True)
    most_gib = models.PositiveIntegerField(null=True)
    tags = models.JSONField(default=list)
    read_iops = models.PositiveBigIntegerField(null=True)
    write_iops = models.PositiveBigIntegerField(null=True)
    read_bytes_per_second = models.PositiveBigIntegerField(null=True)
    write_bytes_per_second = models.PositiveBigIntegerField(null=True)
    provisioning = models.CharField(max_length=8, default=THIN)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class Volume(ScopedModel):
    """A disk of an account. `held_by` is the uuid of whatever has it attached; storage does not know what that is.

    `locator` is the driver's own address of the volume, handed to compute drivers and shown to operators only.
    `provisioning` is how it is made wherever it is made; its offering may be changed later, and may say otherwise.
    """

    scope = OwnedBy()

    ROOT = "root"
    DATA = "data"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="volumes")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="volumes")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, null=True, related_name="volumes")
    template = models.ForeignKey(Template, on_delete=models.PROTECT, null=True, related_name="volumes")
    # Where it was made of a snapshot or restored from one, it stands on that one's image, and not on the template's.
    snapshot = models.ForeignKey("Snapshot", on_delete=models.PROTECT, null=True, related_name="made_volumes")
    # The template whose image it carries on, where it is a copy (storage.origins).
    origin = models.ForeignKey(Template, on_delete=models.PROTECT, null=True, related_name="+")
    offering = models.ForeignKey(DiskOffering, on_delete=models.PROTECT, null=True, related_name="volumes")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, default=DATA)
    size_bytes = models.PositiveBigIntegerField()
    format = models.CharField(max_length=10, default="qcow2")
    provisioning = models.CharField(max_length=8, default=THIN)
    state = models.CharField(max_length=12, default=states.ALLOCATED)
    locator = models.CharField(max_length=500, blank=True)
    held_by = models.UUIDField(null=True, db_index=True)
    # Set while it is put aside: it can be recovered and counts against no limit.
    destroyed_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["account", "state", "-id"], name="volume_of_account"),
            models.Index(fields=["pool", "state"], name="volume_of_pool"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_whole(self) -> bool:
        """True where all of its room is taken at once, so that nothing of it can be promised twice."""
        return self.provisioning == FAT

    @property
    def image(self) -> "Snapshot | Template | None":
        """What it began as: its `checksum` names the image that its pool needs for it."""
        return self.snapshot or self.template
