"""LDAP directories that people sign in with: their servers, what their groups mean here, and who came from them."""

from dataclasses import dataclass
from typing import ClassVar

from django.db import models

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import EVERYTHING, NOTHING, Scope, ScopedModel
from cloudportal.core.secrets import EncryptedField
from tenants.models.accounts import Account
from tenants.models.domains import Domain
from tenants.models.roles import Role
from tenants.models.users import User


@dataclass(frozen=True)
class AdminsOf(Scope):
    """Rows for the administrators at and above a domain; users never see them (CVE-2026-59780)."""

    domain_path: str = "domain__path"

    def condition(self, caller: Caller) -> models.Q:
        """As for every scope."""
        if caller.is_root_admin:
            return EVERYTHING
        if caller.sees_subtree:
            return models.Q((f"{self.domain_path}__startswith", caller.domain_path))
        return NOTHING


class DirectoryServer(ScopedModel):
    """One directory of a domain, reachable at one of `uris`. Several of a domain are asked by `position`.

    In `search` mode the portal binds as `bind_dn`, looks the person up below `user_base` with `user_filter`, and
    binds again as them; in `direct` mode it binds at once under the name that `user_dn_template` makes. Both texts
    hold `{username}`. `attributes` maps username, first_name, last_name and email to the directory's names.
    """

    SEARCH, DIRECT = "search", "direct"
    PLAIN, STARTTLS, LDAPS = "none", "starttls", "ldaps"
    GROUP_KINDS = ("groupOfNames", "groupOfUniqueNames", "posixGroup", "activeDirectory")
    FLAT, WALKED, IN_CHAIN = "none", "walk", "in-chain"
    DISABLED_RULES = ("bits", "disabled-flag", "enabled-flag", "present")

    scope = AdminsOf()

    name = models.CharField(max_length=100)
    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="directory_servers")
    position = models.PositiveIntegerField(default=1)
    is_enabled = models.BooleanField(default=True)
    uris = models.JSONField(default=list)
    tls_mode = models.CharField(max_length=10, default=LDAPS)
    ca_certificates = models.TextField(blank=True)
    timeout_seconds = models.PositiveSmallIntegerField(default=3)
    bind_mode = models.CharField(max_length=10, default=SEARCH)
    bind_dn = models.CharField(max_length=500, blank=True)
    bind_password = EncryptedField(blank=True, default="")
    user_base = models.CharField(max_length=500, blank=True)
    user_filter = models.CharField(max_length=500, default="(uid={username})")
    user_dn_template = models.CharField(max_length=500, blank=True)
    attributes = models.JSONField(default=dict)
    group_base = models.CharField(max_length=500)
    group_kind = models.CharField(max_length=30, default="groupOfNames")
    group_nesting = models.CharField(max_length=10, default=WALKED)
    disabled_attribute = models.CharField(max_length=100, blank=True)
    disabled_rule = models.CharField(max_length=20, blank=True)
    is_absence_disabled = models.BooleanField(default=False)

    class Meta:
        verbose_name = "directory server"
        ordering: ClassVar = ["domain_id", "position", "id"]

    def __str__(self) -> str:
        return self.name


class DirectoryGroupMapping(ScopedModel):
    """What membership of a group gives. Of several groups of a person, the mapping with the least position counts.

    It leads to `account`, which has its role already, or else to the account that `account_name` (with `{username}`
    or `{group}`) names in `domain`, which is made on first sign-in and has `role`.
    """

    scope = AdminsOf("server__domain__path")

    server = models.ForeignKey(DirectoryServer, on_delete=models.CASCADE, related_name="mappings")
    position = models.PositiveIntegerField()
    group_dn = models.CharField(max_length=500)
    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+")
    account_name = models.CharField(max_length=100, blank=True)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "group mapping"
        ordering: ClassVar = ["server_id", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["server", "position"], name="directory_mapping_order")
        ]

    def __str__(self) -> str:
        return self.group_dn


class DirectoryIdentity(ScopedModel):
    """Ties a user to a person of the directory by the id that the directory never gives to anybody else."""

    scope = AdminsOf("server__domain__path")

    server = models.ForeignKey(DirectoryServer, on_delete=models.CASCADE, related_name="identities")
    external_id = models.CharField(max_length=200)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="directory_identity")

    class Meta:
        verbose_name = "directory identity"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["server", "external_id"], name="directory_identity_once")
        ]

    def __str__(self) -> str:
        return self.external_id


class DirectoryAccount(ScopedModel):
    """Marks an account that was made for people of a directory: only such an account may be joined by its name.

    `external_id` is whose it is, so that a later person of the same name does not inherit it; empty when shared.
    """

    scope = AdminsOf("server__domain__path")

    server = models.ForeignKey(DirectoryServer, on_delete=models.CASCADE, related_name="accounts")
    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="directory_account")
    external_id = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "directory account"

    def __str__(self) -> str:
        return str(self.account)
