"""Counters: how much is in use at each level of the path, and how much may be."""

from typing import ClassVar

from django.db import models


class Counter(models.Model):
    """What one account or domain has of one resource. `maximum` null means no limit at this level.

    Domains count everything at and below them. `used` changes by guarded updates only.
    """

    ACCOUNT = "account"
    DOMAIN = "domain"

    level = models.CharField(max_length=8)
    owner_id = models.BigIntegerField()
    resource = models.CharField(max_length=30)
    used = models.BigIntegerField(default=0)
    maximum = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["level", "owner_id", "resource"], name="counter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} of {self.level} {self.owner_id}: {self.used}"
