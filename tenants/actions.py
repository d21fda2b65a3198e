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
LOCK_ACCOUNT = action(
    "account.lock",
    "Lock",
    least=ADMIN,
    states=(states.ENABLED,),
    confirmation="What runs keeps running, but nothing new can be created until the account is enabled again.",
)
DISABLE_ACCOUNT = action(
    "account.disable",
    "Disable",
    least=ADMIN,
    states=(states.ENABLED, states.LOCKED),
    confirmation="Its users are signed out, their tokens and keys end, and its instances are stopped.",
    is_dangerous=True,
)
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
DISABLE_USER = action(
    "user.disable",
    "Disable",
    least=ADMIN,
    states=(states.ENABLED,),
    confirmation="The user is signed out, and their tokens and keys end.",
    is_dangerous=True,
)
DELETE_USER = action(
    "user.delete",
    "Delete user",
    least=ADMIN,
    confirmation="The user, their tokens and keys will be gone. What the account owns stays.",
    is_dangerous=True,
)
UPDATE_PROFILE = action("profile.update", "Edit own profile")

READ_ROLE = action("role.read", "See roles", reads=True)
CREATE_ROLE = action("role.create", "Create role", least=ROOT)
UPDATE_ROLE = action("role.update", "Edit role", least=ROOT)
DELETE_ROLE = action(
    "role.delete",
    "Delete role",
    least=ROOT,
    confirmation="The role and its rules will be gone.",
    is_dangerous=True,
)

READ_LIMIT = action("limit.read", "See limits", reads=True)
UPDATE_LIMIT = action("limit.update", "Change limits", least=ADMIN)
RECOUNT_LIMIT = action("limit.recount", "Count again", least=ROOT)

READ_SETTING = action("setting.read", "See settings", least=ADMIN, reads=True)
UPDATE_SETTING = action("setting.update", "Change settings", least=ADMIN)

READ_PROJECT = action("project.read", "See projects", reads=True)
CREATE_PROJECT = action("project.create", "Create project")
UPDATE_PROJECT = action("project.update", "Edit project")
SUSPEND_PROJECT = action(
    "project.suspend",
    "Suspend",
    states=(states.ENABLED,),
    confirmation="Nothing new can be created and the project's instances are stopped.",
)
ACTIVATE_PROJECT = action("project.activate", "Activate", states=(states.SUSPENDED,))
DELETE_PROJECT = action(
    "project.delete",
    "Delete project",
    states=(states.ENABLED, states.SUSPENDED),
    confirmation="Everything that this project owns will be gone for good.",
    is_dangerous=True,
)
LEAVE_PROJECT = action(
    "project.leave", "Leave", confirmation="Whoever leaves no longer sees what the project owns."
)

ADD_MEMBER = action("project-member.add", "Add member")
UPDATE_MEMBER = action("project-member.update", "Change a member's role")
REMOVE_MEMBER = action(
    "project-member.remove",
    "Remove member",
    confirmation="The member will no longer see what the project owns.",
)

CREATE_PROJECT_ROLE = action("project-role.create", "Create project role")
UPDATE_PROJECT_ROLE = action("project-role.update", "Edit project role")
DELETE_PROJECT_ROLE = action(
    "project-role.delete", "Delete project role", confirmation="The role and its rules will be gone."
)

READ_INVITATION = action("invitation.read", "See invitations", reads=True)
CREATE_INVITATION = action("invitation.create", "Invite")
REVOKE_INVITATION = action("invitation.revoke", "Take back", states=(states.PENDING,))
ACCEPT_INVITATION = action("invitation.accept", "Accept", states=(states.PENDING,))
DECLINE_INVITATION = action("invitation.decline", "Decline", states=(states.PENDING,))
