"""What instances may be like."""

from typing import ClassVar

from django.db import models

from compute.topology.models import Offered, Offerings
from storage.models import THIN


class ServiceOffering(Offered):
    """A size of instance that tenants may choose. Offerings are not edited in size: instances keep their terms.

    `cpus`, `cpu_mhz` and `memory_mib` null let whoever deploys say them, within `least_…` and `most_…` where those
    are set. `is_cpu_capped` keeps an instance to its MHz even while its host is idle; `network_rate_mbits` is for each
    NIC and direction, null for no cap. `root_…` is for a root disk that has no disk offering: how it is made, and what
    it does in a second, null for no limit. `lease_days` is how long instances live, null for what the settings say;
    `most_lease_days` to how many days from now they may be extended, null for any; `lease_policy` what becomes of them
    then, empty for what the settings say.
    """

    scope = Offerings("compute.ServiceOffering")

    name = models.CharField(max_length=100, unique=True)
    description = models.CharField(max_length=255, blank=True)
    cpus = models.PositiveIntegerField(null=True)
    least_cpus = models.PositiveIntegerField(null=True)
    most_cpus = models.PositiveIntegerField(null=True)
    cpu_mhz = models.PositiveIntegerField(null=True, default=1000)
    least_cpu_mhz = models.PositiveIntegerField(null=True)
    most_cpu_mhz = models.PositiveIntegerField(null=True)
    memory_mib = models.PositiveIntegerField(null=True)
    least_memory_mib = models.PositiveIntegerField(null=True)
    most_memory_mib = models.PositiveIntegerField(null=True)
    is_cpu_capped = models.BooleanField(default=False)
    network_rate_mbits = models.PositiveIntegerField(null=True)
    is_highly_available = models.BooleanField(default=False)
    root_provisioning = models.CharField(max_length=8, default=THIN)
    root_read_iops = models.PositiveBigIntegerField(null=True)
    root_write_iops = models.PositiveBigIntegerField(null=True)
    root_read_bytes_per_second = models.PositiveBigIntegerField(null=True)
    root_write_bytes_per_second = models.PositiveBigIntegerField(null=True)
    lease_days = models.PositiveIntegerField(null=True)
    most_lease_days = models.PositiveIntegerField(null=True)
    lease_policy = models.CharField(max_length=8, blank=True)
    host_tags = models.JSONField(default=list)
    storage_tags = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["cpus", "memory_mib", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_custom(self) -> bool:
        """True where it leaves something to whoever deploys."""
        return None in (self.cpus, self.cpu_mhz, self.memory_mib)
