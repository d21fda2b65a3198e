"""Tickets for consoles: who may look at which instance's screen, once and soon."""

from typing import ClassVar

from django.db import models

from cloudportal.core.scoping import OwnedBy, ScopedModel
from compute.models.instances import Instance
from tenants.models import User


class ConsoleTicket(ScopedModel):
    """One opening of a console. Only the token's digest is kept, and nothing of it can be read back.

    `session_digest` is that of the browser session that it is for, empty for one that a program asked for, whose
    `credential` names the key or token that it came with;
    `project_uuid` the project in which its user acts. A used one stays for as long as it says who looked when.
    """

    scope = OwnedBy("instance__account_id", "instance__account__domain__path")

    instance = models.ForeignKey(Instance, on_delete=models.CASCADE, related_name="console_tickets")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    project_uuid = models.UUIDField(null=True)
    digest = models.CharField(max_length=64, unique=True)
    session_digest = models.CharField(max_length=64, blank=True)
    credential = models.CharField(max_length=60, blank=True)
    source_address = models.CharField(max_length=45, blank=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "console ticket"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"console of {self.instance}"
