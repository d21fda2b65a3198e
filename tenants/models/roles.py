"""Roles: ordered rules over action names."""

from typing import ClassVar
from uuid import uuid4 as new_uuid

from django.db import models

from cloudportal.core.permissions import RoleKind, Rule
from cloudportal.core.scoping import Everyone, ScopedModel


class Role(ScopedModel):
    """What an account may do. `kind` says how far it sees; the rules say what it may do there.

    The built-in roles have no rows of rules: theirs come from the declared actions, and so never lag behind.
    """

    scope = Everyone()

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in RoleKind])
    description = models.CharField(max_length=255, blank=True)
    is_builtin = models.BooleanField(default=False)
    is_read_only = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class RoleRule(models.Model):
    """One line of a custom role; the first line that matches an action decides."""

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveIntegerField()
    pattern = models.CharField(max_length=100)
    allows = models.BooleanField()
    description = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["role", "position"], name="role_rule_order")]

    def __str__(self) -> str:
        return f"{'allow' if self.allows else 'deny'} {self.pattern}"

    @property
    def rule(self) -> Rule:
        """The line as a value."""
        return Rule(self.pattern, self.allows)
