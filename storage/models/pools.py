"""Primary storage."""

from decimal import Decimal
from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import RootOnly, ScopedModel
from cloudportal.core.secrets import EncryptedField
from compute.topology.models import Cluster, Host, Zone
from storage import states


class Pool(ScopedModel):
    """Where volumes live, behind a storage driver: of a whole zone, of one cluster, or of one host only.

    `claimed_bytes` is what has been promised to volumes, changed by guarded updates only; `claimed_whole_bytes` is the
    part of it that is taken at once, which cannot be promised twice. `capacity_bytes` and `used_bytes` are what the
    driver saw last. `reason` says why it is not up.
    """

    scope = RootOnly()

    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="pools")
    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, null=True, related_name="pools")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, null=True, related_name="pools")
    name = models.CharField(max_length=100)
    driver = models.CharField(max_length=40)
    settings = models.JSONField(default=dict)
    secrets = EncryptedField(blank=True)
    state = models.CharField(max_length=12, default=states.CONNECTING)
    tags = models.JSONField(default=list)
    overcommit = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(2))
    capacity_bytes = models.PositiveBigIntegerField(default=0)
    used_bytes = models.PositiveBigIntegerField(default=0)
    claimed_bytes = models.BigIntegerField(default=0)
    claimed_whole_bytes = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
    silent_rounds = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["zone", "name"], name="pool_name_once")]
        verbose_name = "storage pool"

    def __str__(self) -> str:
        return self.name
