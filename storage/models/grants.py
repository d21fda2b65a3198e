"""Templates that others may use although they are not public."""

from dataclasses import dataclass
from typing import ClassVar

from django.db import models

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import EVERYTHING, OwnedBy, Scope, ScopedModel
from storage import states
from tenants.models import Account


@dataclass(frozen=True)
class Granted(Scope):
    """Templates that were granted to the account that the caller acts for, and no other: not even to those whom an
    admin looks after.
    """

    def condition(self, caller: Caller) -> models.Q:
        if caller.is_root_admin:
            return EVERYTHING
        granted = TemplateGrant.objects.filter(account_id=caller.owner.account_id).values("template_id")
        return models.Q(pk__in=granted, state=states.READY)


class TemplateGrant(ScopedModel):
    """An account, or a project through its account, that may use a template. Its owners see who was given it."""

    scope = OwnedBy(account="template__account_id", domain_path="template__account__domain__path")

    template = models.ForeignKey("storage.Template", on_delete=models.CASCADE, related_name="grants")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="template_grants")

    class Meta:
        ordering: ClassVar = ["account__name", "id"]
        verbose_name = "template grant"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "account"], name="template_granted_once")
        ]

    def __str__(self) -> str:
        return str(self.account)
