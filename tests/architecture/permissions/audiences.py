"""Who may do what, as the matrix says it: one outcome for each persona."""

from dataclasses import dataclass

PERSONAS = (
    "anonymous",
    "user",
    "neighbour",
    "domain_admin",
    "other_domain_admin",
    "read_only_admin",
    "root_admin",
)

YES = "yes"
WHO = "401: who are you?"
NO = "403: not in your role"
NONE = "404: nothing there for you"


@dataclass(frozen=True)
class Audience:
    """The outcomes of a route for every persona; what the route is about belongs to `user`."""

    user: str
    neighbour: str
    domain_admin: str
    other_domain_admin: str
    read_only_admin: str
    root_admin: str = YES
    anonymous: str = WHO


# Reading and changing what an account owns.
OWN_READ = Audience(YES, NONE, YES, NONE, YES)
OWN = Audience(YES, NONE, YES, NONE, NO)
# What domain admins do to accounts, users and domains below them.
ADMIN_READ = Audience(NO, NO, YES, NONE, YES)
ADMIN = Audience(NO, NO, YES, NONE, NO)
# Infrastructure and global settings.
ROOT_READ = Audience(NO, NO, NO, NO, YES)
ROOT = Audience(NO, NO, NO, NO, NO)
# Lists, and what everybody sees: scoped rows make the difference, not the door.
ALL_READ = Audience(YES, YES, YES, YES, YES)
# Creating for oneself.
ALL = Audience(YES, YES, YES, YES, NO)
# Creating accounts and the like in one's own domain.
ADMINS = Audience(NO, NO, YES, YES, NO)
ADMINS_READ = Audience(NO, NO, YES, YES, YES)
# About the caller themself: every signed-in caller, read-only or not.
SELF = Audience(YES, YES, YES, YES, YES)
OPEN = Audience(YES, YES, YES, YES, YES, anonymous=YES)
# What belongs to the person and not to the account.
PERSONAL = Audience(YES, NONE, YES, NONE, YES)
# Another account of the user's domain, as seen from there.
OTHER_READ = Audience(NONE, NONE, YES, NONE, YES)
# Its members alone, whoever looks after its domain.
MEMBERS = Audience(YES, NONE, NONE, NONE, NO, root_admin=NONE)
# Naming an account takes sight of it: a user sees their own and invites the others by mail.
ADDING = Audience(NONE, NONE, YES, NONE, NO)
