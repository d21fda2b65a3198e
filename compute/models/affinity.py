"""Affinity groups: which instances belong together on a host, and which must not share one."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedBy, ScopedModel
from compute.models.instances import Instance
from tenants.models import Account


class AffinityGroup(ScopedModel):
    """Instances of an account that are kept together or apart. A strict group refuses a host that breaks it, another
    prefers hosts that do not.

    `turns` is counted up by every claim of a member, which so waits for the others: two members that look for a host
    at the same moment must see each other.
    """

    scope = OwnedBy()

    TOGETHER = "affinity"
    APART = "anti-affinity"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="affinity_groups")
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=16)
    is_strict = models.BooleanField(default=True)
    turns = models.PositiveBigIntegerField(default=0)
    instances = models.ManyToManyField(Instance, related_name="affinity_groups")

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name"], name="affinity_group_name_once")
        ]

    def __str__(self) -> str:
        return self.name
