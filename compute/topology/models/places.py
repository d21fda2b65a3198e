"""Regions, zones, pods and clusters: where hosts stand."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.db import models

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import EVERYTHING, Everyone, RootOnly, Scope, ScopedModel
from compute.topology import states
from tenants.models.domains import ids_in


class Region(ScopedModel):
    """A set of zones under one portal address."""

    scope = Everyone()

    name = models.CharField(max_length=100, unique=True)
    endpoint = models.URLField(blank=True)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class OpenZones(Scope):
    """Enabled zones that are not dedicated to somebody else; root admins see all of them.

    With `zone`, the lookup from a row to its zone and the trailing `__`, the rows in such zones.
    """

    zone: str = ""

    def condition(self, caller: Caller) -> models.Q:
        if caller.is_root_admin:
            return EVERYTHING
        domains = ids_in(caller.owner.domain_path)
        kept_for = f"{self.zone}dedication"
        return models.Q((f"{self.zone}state", states.ENABLED)) & (
            models.Q((kept_for, None))
            | models.Q((f"{kept_for}__account", None), (f"{kept_for}__domain__in", domains))
            | models.Q((f"{kept_for}__account", caller.owner.account_id))
        )


class Zone(ScopedModel):
    """What tenants choose: usually one data centre. A disabled zone takes nothing new and is shown to root only."""

    scope = OpenZones()

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="zones")
    name = models.CharField(max_length=100, unique=True)
    state = models.CharField(max_length=12, default=states.ENABLED)
    dns = models.JSONField(default=list)
    network_suffix = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Pod(ScopedModel):
    """Hosts behind one switch."""

    scope = RootOnly()

    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="pods")
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=12, default=states.ENABLED)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["zone", "name"], name="pod_name_once")]

    def __str__(self) -> str:
        return self.name


class Cluster(ScopedModel):
    """Hosts of one kind that share storage. Over-commit factors multiply what their hosts really have."""

    scope = RootOnly()

    pod = models.ForeignKey(Pod, on_delete=models.PROTECT, related_name="clusters")
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=12, default=states.ENABLED)
    driver = models.CharField(max_length=40)
    cpu_overcommit = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(1))
    memory_overcommit = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(1))

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["pod", "name"], name="cluster_name_once")]

    def __str__(self) -> str:
        return self.name
