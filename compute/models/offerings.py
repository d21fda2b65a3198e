"""What instances may be like."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import Everyone, ScopedModel


class ServiceOffering(ScopedModel):
    """A size of instance that tenants may choose. Offerings are not edited in size: instances keep their terms."""

    scope = Everyone(when=models.Q(is_active=True))

    name = models.CharField(max_length=100, unique=True)
    description = models.CharField(max_length=255, blank=True)
    cpus = models.PositiveIntegerField()
    cpu_mhz = models.PositiveIntegerField(default=1000)
    memory_mib = models.PositiveIntegerField()
    host_tags = models.JSONField(default=list)
    storage_tags = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["cpus", "memory_mib", "id"]

    def __str__(self) -> str:
        return self.name
