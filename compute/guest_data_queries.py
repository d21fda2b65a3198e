"""The ways to find SSH key pairs and user data."""

from uuid import UUID

from django.db.models import QuerySet

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from compute import guest_data_actions as actions
from compute.models import KeyPair, TemplateUserData, UserData
from storage.models import Template


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


def linked_for(caller: Caller, template: Template) -> QuerySet[TemplateUserData]:
    """What a template that the caller may use tells its instances: one row or none, without what it says."""
    actions.READ_USER_DATA.permit(caller)
    rows = TemplateUserData.objects.filter(template=template)
    return rows.select_related("template__account__domain", "user_data")


def own_linked_for(caller: Caller, template: Template) -> ScopedQuerySet[TemplateUserData]:
    """The same, for whoever may change the template, from `own_template_for`."""
    actions.READ_USER_DATA.permit(caller)
    rows = TemplateUserData.objects.for_caller(caller).filter(template=template)
    return rows.select_related("template__account__domain", "user_data")
