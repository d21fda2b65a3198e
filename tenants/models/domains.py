"""The tree of domains."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import InDomain, ScopedModel
from tenants import states


def ids_in(path: str) -> list[int]:
    """Ids from ROOT down to the domain with this path, which itself is the last."""
    return [int(part) for part in path.strip("/").split("/") if part]


class Domain(ScopedModel):
    """A node of the tree under ROOT. `path` lists the ids from ROOT down to it, as in `/1/5/`, with `/` at both
    ends, so that `startswith` finds a subtree and never a namesake; `depth` is 0 for ROOT.
    """

    scope = InDomain(domain_path="path")

    name = models.CharField(max_length=100)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=255, db_index=True)
    depth = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=12, default=states.ENABLED)
    network_suffix = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering: ClassVar = ["path"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["parent", "name"], name="domain_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def ancestor_ids(self) -> list[int]:
        """Ids from ROOT down to this domain itself."""
        return ids_in(self.path)
