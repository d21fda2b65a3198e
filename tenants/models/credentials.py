"""What signs in without a password: API keys and tokens. Neither can be read back from here by anybody."""

from dataclasses import dataclass
from typing import ClassVar

from django.db import models

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import EVERYTHING, Scope, ScopedModel
from cloudportal.core.secrets import EncryptedField
from tenants.models.users import User


@dataclass(frozen=True)
class OfUser(Scope):
    """Rows that belong to a person and not to their account: their own, and their administrators' to see."""

    def condition(self, caller: Caller) -> models.Q:
        """As for every scope."""
        if caller.is_root_admin:
            return EVERYTHING
        if caller.sees_subtree:
            return models.Q(user__account__domain__path__startswith=caller.domain_path)
        return models.Q(user_id=caller.user_id or 0)


class ApiKey(ScopedModel):
    """A key by which a program acts as the user, with all that the user's role allows, until it is revoked.

    The secret is kept encrypted and not hashed, because signatures of requests are checked with it.
    """

    scope = OfUser()

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=64, unique=True)
    secret = EncryptedField()
    last_used_at = models.DateTimeField(null=True)
    last_used_address = models.CharField(max_length=45, blank=True)

    class Meta:
        verbose_name = "API key"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.name


class ApiToken(ScopedModel):
    """A token for part of what the user may do (`patterns`, as in `instance.*`), until `expires_at`.

    Only its digest is kept; `prefix` is what people recognise it by. `networks` are CIDRs; empty means anywhere.
    """

    scope = OfUser()

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    patterns = models.JSONField(default=list)
    networks = models.JSONField(default=list)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    last_used_address = models.CharField(max_length=45, blank=True)

    class Meta:
        verbose_name = "token"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.name
