"""Projects: things that several accounts work on together, and who belongs to them."""

from dataclasses import dataclass
from typing import ClassVar

from django.db import models

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import Rule
from cloudportal.core.scoping import EVERYTHING, Scope, ScopedModel
from cloudportal.core.secrets import EncryptedField
from tenants import states
from tenants.models.accounts import Account
from tenants.models.domains import Domain
from tenants.models.users import User


@dataclass(frozen=True)
class MemberOf(Scope):
    """Rows of a project: admins see those of their subtree, everybody those of the projects that they are in.

    A caller inside a project sees that project and no other. `project` is the lookup from the row to its project,
    with the trailing `__`, or nothing for the project itself.
    """

    project: str = "project__"

    def condition(self, caller: Caller) -> models.Q:
        """Whose projects those are."""
        if caller.is_root_admin:
            return EVERYTHING
        if caller.project_uuid is not None:
            return models.Q(**{f"{self.project}uuid": caller.project_uuid})
        memberships = ProjectMember.objects.filter(key__in=member_keys(caller)).values("project_id")
        mine = models.Q(**{f"{self.project}pk__in": memberships})
        if caller.sees_subtree:
            return mine | models.Q(**{f"{self.project}domain__path__startswith": caller.domain_path})
        return mine


def member_keys(caller: Caller) -> list[str]:
    """The keys under which this caller can be a member: as a user, and through their own account."""
    home = caller.home or caller.owner
    keys = [ProjectMember.key_of_account(home.account_id)]
    return keys if caller.user_id is None else [ProjectMember.key_of_user(caller.user_id), *keys]


class Project(ScopedModel):
    """Things owned in common. They belong to `account`, which nobody signs in for; `founder` is the account whose
    limit of projects this one counts against.
    """

    scope = MemberOf(project="")

    name = models.CharField(max_length=100)
    description = models.CharField(max_length=255, blank=True)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="projects")
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="project")
    founder = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="founded_projects")
    state = models.CharField(max_length=12, default=states.ENABLED)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["domain", "name"], name="project_name_once")]

    def __str__(self) -> str:
        return self.name


class ProjectRole(ScopedModel):
    """What a member may do in one project, within what their account's role allows anyway.

    Every project has the built-in roles Admin and Member. `is_admin` marks the role of those who look after
    the project, of whom one must always be left.
    """

    scope = MemberOf()

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="roles")
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=255, blank=True)
    is_admin = models.BooleanField(default=False)
    is_builtin = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = "project role"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "name"], name="project_role_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class ProjectRoleRule(ScopedModel):
    """One line of a project role; the first line that matches an action decides."""

    scope = MemberOf(project="role__project__")

    role = models.ForeignKey(ProjectRole, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveIntegerField()
    pattern = models.CharField(max_length=100)
    allows = models.BooleanField()
    description = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        verbose_name = "project role rule"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["role", "position"], name="project_role_rule_order")
        ]

    def __str__(self) -> str:
        return f"{'allow' if self.allows else 'deny'} {self.pattern}"

    @property
    def rule(self) -> Rule:
        """The line as a value."""
        return Rule(self.pattern, self.allows)


class ProjectMember(ScopedModel):
    """An account in a project, or one user of it alone. A user's own membership goes before their account's.

    `key` says which of the two it is, so that nobody is a member twice: databases take nulls for different.
    """

    scope = MemberOf()

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="memberships")
    role = models.ForeignKey(ProjectRole, on_delete=models.RESTRICT, related_name="members")
    key = models.CharField(max_length=40, db_index=True)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = "project member"
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "key"], name="member_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """How the member is called in sentences."""
        return self.user.username if self.user else self.account.name

    @staticmethod
    def key_of_account(account_id: int) -> str:
        """The key of a whole account."""
        return f"account:{account_id}"

    @staticmethod
    def key_of_user(user_id: int) -> str:
        """The key of a single user."""
        return f"user:{user_id}"


class Invitation(ScopedModel):
    """A place in a project, offered by mail. The token is kept as a hash; sealed, only until the mail is sent."""

    scope = MemberOf()

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invitations")
    role = models.ForeignKey(ProjectRole, on_delete=models.RESTRICT, related_name="invitations")
    email = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True)
    sealed_token = EncryptedField(blank=True)
    state = models.CharField(max_length=12, default=states.PENDING)
    invited_by = models.CharField(max_length=255)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.email

    @property
    def name(self) -> str:
        """How the invitation is called in sentences."""
        return self.email
