"""What may be done to domains, accounts, users, projects, roles, limits and settings."""

from cloudportal.core.actions import action
from cloudportal.core.permissions import RoleKind
from tenants import states

ADMIN = RoleKind.DOMAIN_ADMIN
ROOT = RoleKind.ROOT_ADMIN

READ_DOMAIN = action("domain.read", "See domains", reads=True)
CREATE_DOMAIN = action("domain.create", "Create domain", least=ADMIN)
UPDATE_DOMAIN = action("domain.update", "Edit domain", least=ADMIN)
DELETE_DOMAIN = action(
    "domain.delete",
    "Delete domain",
    least=ADMIN,
    states=(states.ENABLED,),
    confirmation="Everything in this domain will be gone for good.",
    is_dangerous=True,
)

READ_ACCOUNT = action("account.read", "See accounts", reads=True)
CREATE_ACCOUNT = action("account.create", "Create account", least=ADMIN)
UPDATE_ACCOUNT = action("account.update", "Edit account", least=ADMIN)
ENABLE_ACCOUNT = action("account.enable", "Enable", least=ADMIN, states=(states.DISABLED, states.LOCKED))
LOCK_ACCOUNT = action("account.lock", "Lock", least=ADMIN, states=(states.ENABLED,))
DISABLE_ACCOUNT = action("account.disable", "Disable", least=ADMIN, states=(states.ENABLED, states.LOCKED))
DELETE_ACCOUNT = action(
    "account.delete",
    "Delete account",
    least=ADMIN,
    states=(states.ENABLED, states.LOCKED, states.DISABLED),
    confirmation="Everything that this account owns will be gone for good.",
    is_dangerous=True,
)

READ_USER = action("user.read", "See users", reads=True)
CREATE_USER = action("user.create", "Create user", least=ADMIN)
UPDATE_USER = action("user.update", "Edit user", least=ADMIN)
ENABLE_USER = action("user.enable", "Enable", least=ADMIN, states=(states.DISABLED,))
DISABLE_USER = action("user.disable", "Disable", least=ADMIN, states=(states.ENABLED,))
DELETE_USER = action("user.delete", "Delete user", least=ADMIN, is_dangerous=True)

READ_ROLE = action("role.read", "See roles", reads=True)

READ_LIMIT = action("limit.read", "See limits", reads=True)
UPDATE_LIMIT = action("limit.update", "Change limits", least=ADMIN)
