"""Hosts: what guests run on."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import RootOnly, ScopedModel
from cloudportal.core.secrets import EncryptedField
from compute.topology import states
from compute.topology.models.places import Cluster
from compute.topology.models.systems import OsCategory


class Host(ScopedModel):
    """A machine (or a vCenter cluster, or a BMC) behind a compute driver.

    `settings` holds the driver's open settings, `secrets` its secret ones as encrypted JSON. `claimed_*` is what
    placement has given away, changed by guarded updates only; `memory_mib` and `cpus` are what the driver saw.
    `machine_id` is the host's own id, so that one machine is not added twice. `reason` says why it is not up.
    `preferred_os` is what it is meant for, empty for any: the name of an OS category, which then is `os_category`, or
    a word of the operating systems, such as `linux`.
    """

    scope = RootOnly()

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="hosts")
    name = models.CharField(max_length=100)
    driver = models.CharField(max_length=40)
    settings = models.JSONField(default=dict)
    secrets = EncryptedField(blank=True)
    state = models.CharField(max_length=12, default=states.CONNECTING)
    tags = models.JSONField(default=list)
    preferred_os = models.CharField(max_length=60, blank=True)
    os_category = models.ForeignKey(OsCategory, on_delete=models.PROTECT, related_name="hosts", null=True)
    cpus = models.PositiveIntegerField(default=0)
    cpu_mhz = models.PositiveIntegerField(default=0)
    memory_mib = models.PositiveBigIntegerField(default=0)
    reserved_memory_mib = models.PositiveBigIntegerField(default=0)
    claimed_cpus = models.BigIntegerField(default=0)
    claimed_memory_mib = models.BigIntegerField(default=0)
    facts = models.JSONField(default=dict)
    last_seen_at = models.DateTimeField(null=True)
    machine_id = models.CharField(max_length=100, unique=True, null=True)
    reason = models.CharField(max_length=500, blank=True)
    silent_rounds = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["cluster", "name"], name="host_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_silent(self) -> bool:
        """True where it has not answered for long, so that nothing can be known or done there."""
        return self.state == states.UNREACHABLE or self.silent_rounds >= states.SILENT_ROUNDS
