"""The tables of the tenants."""

from tenants.models.accounts import Account
from tenants.models.credentials import ApiKey, ApiToken
from tenants.models.directories import (
    DirectoryAccount,
    DirectoryGroupMapping,
    DirectoryIdentity,
    DirectoryServer,
)
from tenants.models.domains import Domain
from tenants.models.limits import Counter
from tenants.models.projects import Invitation, Project, ProjectMember, ProjectRole, ProjectRoleRule
from tenants.models.roles import Role, RoleRule
from tenants.models.settings import SettingValue
from tenants.models.users import User

__all__ = [
    "Account",
    "ApiKey",
    "ApiToken",
    "Counter",
    "DirectoryAccount",
    "DirectoryGroupMapping",
    "DirectoryIdentity",
    "DirectoryServer",
    "Domain",
    "Invitation",
    "Project",
    "ProjectMember",
    "ProjectRole",
    "ProjectRoleRule",
    "Role",
    "RoleRule",
    "SettingValue",
    "User",
]
