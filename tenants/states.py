"""The lives of domains, accounts, users, projects and invitations."""

from cloudportal.core.states import StateTable, group

ENABLED = "enabled"
DISABLED = "disabled"
LOCKED = "locked"
REMOVING = "removing"
SUSPENDED = "suspended"
PENDING = "pending"
ACCEPTED = "accepted"
DECLINED = "declined"
REVOKED = "revoked"
EXPIRED = "expired"

DOMAIN = StateTable(
    noun="domain",
    initial=ENABLED,
    transient=frozenset({REMOVING}),
    groups=(
        group(
            "Deleting is a job; one that fails leaves the domain as it was.",
            (ENABLED, "delete", REMOVING),
            (REMOVING, "keep", ENABLED),
        ),
    ),
)

ACCOUNT = StateTable(
    noun="account",
    initial=ENABLED,
    transient=frozenset({REMOVING}),
    groups=(
        group(
            "A locked account keeps what runs but starts nothing new; a disabled one cannot sign in and its "
            "instances are stopped.",
            (ENABLED, "lock", LOCKED),
            (ENABLED, "disable", DISABLED),
            (LOCKED, "disable", DISABLED),
            (LOCKED, "enable", ENABLED),
            (DISABLED, "enable", ENABLED),
        ),
        group(
            "Deleting is a job; one that fails leaves the account disabled.",
            (ENABLED, "delete", REMOVING),
            (LOCKED, "delete", REMOVING),
            (DISABLED, "delete", REMOVING),
            (REMOVING, "keep", DISABLED),
        ),
    ),
)

USER = StateTable(
    noun="user",
    initial=ENABLED,
    groups=(
        group(
            "Disabling a user ends every session, token and key at once.",
            (ENABLED, "disable", DISABLED),
            (DISABLED, "enable", ENABLED),
        ),
    ),
)

PROJECT = StateTable(
    noun="project",
    initial=ENABLED,
    transient=frozenset({REMOVING}),
    groups=(
        group(
            "A suspended project starts nothing new and its instances are stopped.",
            (ENABLED, "suspend", SUSPENDED),
            (SUSPENDED, "activate", ENABLED),
        ),
        group(
            "Deleting is a job; one that fails leaves the project suspended.",
            (ENABLED, "delete", REMOVING),
            (SUSPENDED, "delete", REMOVING),
            (REMOVING, "keep", SUSPENDED),
        ),
    ),
)

INVITATION = StateTable(
    noun="invitation",
    initial=PENDING,
    final=frozenset({ACCEPTED, DECLINED, REVOKED, EXPIRED}),
    groups=(
        group(
            "An invitation is used once, by whoever it is for.",
            (PENDING, "accept", ACCEPTED),
            (PENDING, "decline", DECLINED),
        ),
        group(
            "It ends when it is taken back or when nobody used it in time.",
            (PENDING, "revoke", REVOKED),
            (PENDING, "expire", EXPIRED),
        ),
    ),
)
