"""Notes about instances."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedBy, ScopedModel
from compute.models.instances import Instance


class InstanceNote(ScopedModel):
    """What somebody wrote down about an instance, as plain text, for whoever sees the instance: a new owner too, and a
    former one no longer. Those `is_for_operators` are seen by root admins alone.
    """

    scope = OwnedBy(account="instance__account_id", domain_path="instance__account__domain__path")

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    author_name = models.CharField(max_length=255)
    author_uuid = models.UUIDField(null=True)
    is_for_operators = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = "note"

    def __str__(self) -> str:
        return f"Note about {self.instance_id}"
