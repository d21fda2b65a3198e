"""The ways to find SSH key pairs and user data."""

from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from compute import guest_data_actions as actions
from compute.models import KeyPair, UserData


def key_pairs_for(caller: Caller) -> ScopedQuerySet[KeyPair]:
    """The caller's SSH key pairs, by name."""
    actions.READ_KEY_PAIR.permit(caller)
    return KeyPair.objects.for_caller(caller).select_related("account__domain")


def key_pair_for(caller: Caller, uuid: UUID | str) -> KeyPair:
    """One of them. Raises NotFound."""
    return key_pairs_for(caller).one(uuid)


def user_data_for(caller: Caller) -> ScopedQuerySet[UserData]:
    """The user data that the caller has kept, by name."""
    actions.READ_USER_DATA.permit(caller)
    return UserData.objects.for_caller(caller).select_related("account__domain")


def one_user_data_for(caller: Caller, uuid: UUID | str) -> UserData:
    """One of them. Raises NotFound."""
    return user_data_for(caller).one(uuid)
