"""Operating systems: what templates hold, and what hosts may be meant for."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import Everyone, ScopedModel


class OsCategory(ScopedModel):
    """A family of operating systems, such as Windows. Hosts may be meant for one."""

    scope = Everyone()

    name = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = "OS category"
        verbose_name_plural = "OS categories"

    def __str__(self) -> str:
        return self.name


class OsType(ScopedModel):
    """An operating system that templates may hold. One that is called `Other …` stands for the rest of its kind."""

    scope = Everyone()

    category = models.ForeignKey(OsCategory, on_delete=models.PROTECT, related_name="types")
    name = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = "OS type"
        verbose_name_plural = "OS types"

    def __str__(self) -> str:
        return self.name
