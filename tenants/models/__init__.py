"""The tables of the tenants."""

from tenants.models.accounts import Account
from tenants.models.domains import Domain
from tenants.models.limits import Counter
from tenants.models.projects import Invitation, Project, ProjectMember, ProjectRole, ProjectRoleRule
from tenants.models.roles import Role, RoleRule
from tenants.models.settings import SettingValue
from tenants.models.users import User

__all__ = [
    "Account",
    "Counter",
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
