"""The ways to find domains, accounts, users, projects, roles, limits and settings."""

from tenants.queries.accounts import account_for, accounts_for, user_for, users_for
from tenants.queries.domains import domain_for, domain_paths, domains_for
from tenants.queries.limits import Limit, limits_for
from tenants.queries.projects import (
    invitation_for,
    invitations_for,
    member_for,
    members_for,
    project_for,
    project_role_for,
    project_roles_for,
    projects_for,
)
from tenants.queries.roles import assignable_roles_for, role_for, roles_for
from tenants.queries.settings import (
    SettingView,
    asked_once,
    place_for,
    setting_for,
    settings_for,
    settings_value,
)

__all__ = [
    "Limit",
    "SettingView",
    "account_for",
    "accounts_for",
    "asked_once",
    "assignable_roles_for",
    "domain_for",
    "domain_paths",
    "domains_for",
    "invitation_for",
    "invitations_for",
    "limits_for",
    "member_for",
    "members_for",
    "place_for",
    "project_for",
    "project_role_for",
    "project_roles_for",
    "projects_for",
    "role_for",
    "roles_for",
    "setting_for",
    "settings_for",
    "settings_value",
    "user_for",
    "users_for",
]
