"""What is in the CD drive of an instance."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedBy, ScopedModel
from compute.models.instances import Instance
from storage.models import ATTACHED_ISOS, Pool, Template


class AttachedIso(ScopedModel):
    """An ISO in the drive of an instance: `pool` has the copy that its host reads, at `locator`, once there is one."""

    scope = OwnedBy(account="instance__account_id", domain_path="instance__account__domain__path")

    instance = models.OneToOneField(Instance, on_delete=models.CASCADE, related_name="iso")
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="attached_isos")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, null=True, related_name="attached_isos")
    locator = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = "attached ISO"
        verbose_name_plural = ATTACHED_ISOS

    def __str__(self) -> str:
        return f"{self.template_id} in {self.instance_id}"
