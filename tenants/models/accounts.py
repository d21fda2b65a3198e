"""Accounts: what resources belong to."""

from typing import ClassVar

from django.db import models

from cloudportal.core.caller import Owner
from cloudportal.core.scoping import OwnedBy, ScopedModel
from tenants import states
from tenants.models.domains import Domain
from tenants.models.roles import Role

# Tells a project's account from a person's of the same name.
PROJECT_SUFFIX = " (project)"


class Account(ScopedModel):
    """An owner of resources in a domain, with users who sign in for it.

    A project owns its resources through an account of its own (`is_project`), so that everything has exactly
    one owner and limits have one path to climb.
    """

    scope = OwnedBy(account="id", domain_path="domain__path")

    name = models.CharField(max_length=100)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="accounts")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="accounts")
    state = models.CharField(max_length=12, default=states.ENABLED)
    is_project = models.BooleanField(default=False)
    network_suffix = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["domain", "name"], name="account_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def called(self) -> str:
        """How a sentence begins that is about it."""
        if self.is_project:
            return f"The project {self.name.removesuffix(PROJECT_SUFFIX)}"
        return f"The account {self.name}"

    @property
    def owner(self) -> Owner:
        """This account in plain values; the domain should have been selected with it."""
        return Owner(self.pk, self.uuid, self.name, self.domain.path)
