"""Users: who signs in."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from cloudportal.core.permissions import RoleKind
from cloudportal.core.scoping import OwnedBy, ScopedModel, ScopedQuerySet
from tenants import states
from tenants.models.accounts import Account
from tenants.models.domains import Domain


class UserManager(BaseUserManager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """Finds users the scoped way; making them is a service."""


class User(AbstractBaseUser, ScopedModel):
    """A person or program that signs in for an account. Names are unique in their domain and kept in small letters.

    `source` is `local`, or `directory` for users whose password lives in LDAP (`directory_dn`).
    """

    scope = OwnedBy()

    username = models.CharField(max_length=150)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="users")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="users")
    email = models.EmailField(blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    timezone = models.CharField(max_length=60, default="UTC")
    state = models.CharField(max_length=12, default=states.ENABLED)
    source = models.CharField(max_length=12, default="local")
    directory_dn = models.CharField(max_length=500, blank=True)
    # Part of every session's fingerprint: changing it ends all sessions of the user.
    session_salt = models.CharField(max_length=32, blank=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering: ClassVar = ["username", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["domain", "username"], name="user_name_once")
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def name(self) -> str:
        """How the user is called in sentences."""
        return f"{self.first_name} {self.last_name}".strip() or self.username

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """True while user and account may sign in; Django's sessions ask at every request."""
        return self.state == states.ENABLED and self.account.state in (states.ENABLED, states.LOCKED)

    @property
    def is_staff(self) -> bool:
        """True for those whom the admin door lets in."""
        return self.is_active and self.account.role.kind != RoleKind.USER

    def has_perm(self, permission: str, row: Any = None) -> bool:
        """Django's own permissions are not used; the admin door asks the actions."""
        return False

    def has_module_perms(self, label: str) -> bool:
        """As has_perm."""
        return False

    def get_session_auth_hash(self) -> str:
        """Ties sessions to password, state and salt: when one changes, every session ends."""
        return self._fingerprint()

    def get_session_auth_fallback_hash(self) -> list[str]:
        """No older fingerprints are honoured."""
        return []

    def _fingerprint(self) -> str:
        from django.utils.crypto import salted_hmac

        text = f"{self.password}|{self.state}|{self.session_salt}|{self.account_id}|{self.account.role_id}"
        return salted_hmac("tenants.User.session", text, algorithm="sha256").hexdigest()
