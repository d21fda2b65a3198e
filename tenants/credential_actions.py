"""What may be done to passwords, API keys, tokens and directories, and what a token may never do."""

from collections.abc import Iterable

from cloudportal.core.actions import action
from cloudportal.core.caller import Caller
from cloudportal.core.errors import NotPermitted
from cloudportal.core.permissions import RoleKind, Rule

ADMIN = RoleKind.DOMAIN_ADMIN
ROOT = RoleKind.ROOT_ADMIN

# Changing one's own password is no matter of roles: whoever has one may.
RESET_PASSWORD = action(
    "password.reset",
    "Set password",
    least=ADMIN,
    confirmation="The user is signed out everywhere and needs the new password.",
)

READ_API_KEY = action("api-key.read", "See API keys", reads=True)
CREATE_API_KEY = action("api-key.create", "Create API key")
REVOKE_API_KEY = action(
    "api-key.revoke",
    "Revoke",
    confirmation="Programs that use this key are refused from now on.",
    is_dangerous=True,
)

READ_TOKEN = action("token.read", "See tokens", reads=True)
CREATE_TOKEN = action("token.create", "Create token")
REVOKE_TOKEN = action(
    "token.revoke",
    "Revoke",
    confirmation="Programs that use this token are refused from now on.",
    is_dangerous=True,
)

READ_DIRECTORY = action("directory.read", "See directories", least=ADMIN, reads=True)
# A server's address is where the portal itself connects to from within, so domain admins do not choose it.
CREATE_DIRECTORY = action("directory.create", "Add directory", least=ROOT)
UPDATE_DIRECTORY = action("directory.update", "Edit directory", least=ROOT)
DELETE_DIRECTORY = action(
    "directory.delete",
    "Remove directory",
    least=ROOT,
    confirmation="People from this directory can no longer sign in. Their accounts and what they own stay.",
    is_dangerous=True,
)
TEST_DIRECTORY = action("directory.test", "Try a sign-in", least=ADMIN)
CREATE_MAPPING = action("directory-mapping.create", "Map a group", least=ADMIN)
UPDATE_MAPPING = action("directory-mapping.update", "Edit group mapping", least=ADMIN)
DELETE_MAPPING = action(
    "directory-mapping.delete",
    "Remove group mapping",
    least=ADMIN,
    confirmation="Members of the group can sign in only if another of their groups is mapped.",
    is_dangerous=True,
)

# A token that could make somebody who signs in, or say who does, would be a way to more than its scope.
NEVER_BY_TOKEN = (
    "password.*",
    "api-key.*",
    "token.*",
    "directory.*",
    "directory-mapping.*",
    "user.create",
    "user.update",
    "user.enable",
    "account.enable",
    "role.create",
    "role.update",
)
TOKEN = "token"  # noqa: S105 - the word by which a caller's credential is called


def token_rules(patterns: Iterable[str]) -> tuple[Rule, ...]:
    """The rules that a token with these patterns adds to those of its user's role: they only ever take away."""
    return (
        *(Rule(pattern, False) for pattern in NEVER_BY_TOKEN),
        *(Rule(pattern, True) for pattern in patterns),
    )


def refuse_tokens(caller: Caller) -> None:
    """Raises NotPermitted for callers who came with a token, whatever its scope says."""
    if caller.credential == TOKEN:
        raise NotPermitted(
            "A token cannot see, make or change what signs in. Sign in yourself, or use an API key."
        )
