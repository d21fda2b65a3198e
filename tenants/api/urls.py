"""Where the tenants are at the REST door."""

from cloudportal.api.routes import patterns
from tenants.api.credentials import API_KEYS, API_TOKENS
from tenants.api.directories import DIRECTORY_SERVERS, GROUP_MAPPINGS
from tenants.api.domains import ACCOUNTS, DOMAINS
from tenants.api.limits import LIMIT_OPERATIONS, SETTING_OPERATIONS
from tenants.api.projects import INVITATION_OPERATIONS, INVITATIONS, MEMBERS, PROJECT_ROLES, PROJECTS
from tenants.api.roles import ROLES, RULE_OPERATIONS
from tenants.api.session import SESSION_OPERATIONS
from tenants.api.users import USERS

urlpatterns = patterns(
    DOMAINS,
    ACCOUNTS,
    USERS,
    ROLES,
    PROJECTS,
    MEMBERS,
    PROJECT_ROLES,
    INVITATIONS,
    API_KEYS,
    API_TOKENS,
    DIRECTORY_SERVERS,
    GROUP_MAPPINGS,
    operations=(
        *RULE_OPERATIONS,
        *LIMIT_OPERATIONS,
        *SETTING_OPERATIONS,
        *INVITATION_OPERATIONS,
        *SESSION_OPERATIONS,
    ),
)
