"""The ways to find accounts and users."""

from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from tenants import actions
from tenants.models import Account, User


def accounts_for(caller: Caller) -> ScopedQuerySet[Account]:
    """The accounts that the caller may see, without those through which projects own things."""
    actions.READ_ACCOUNT.permit(caller)
    accounts = Account.objects.for_caller(caller).filter(is_project=False)
    return accounts.select_related("domain", "role")


def account_for(caller: Caller, uuid: UUID | str) -> Account:
    """One of them. Raises NotFound."""
    return accounts_for(caller).one(uuid)


def users_for(caller: Caller) -> ScopedQuerySet[User]:
    """The users of the accounts that the caller may see."""
    actions.READ_USER.permit(caller)
    return User.objects.for_caller(caller).select_related("account__role", "account__domain", "domain")


def user_for(caller: Caller, uuid: UUID | str) -> User:
    """One of them. Raises NotFound."""
    return users_for(caller).one(uuid)
