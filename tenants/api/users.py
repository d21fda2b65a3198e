"""Users at the REST door."""

from typing import Any

from rest_framework import serializers

from cloudportal.api.calls import into
from cloudportal.api.filters import Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource, Verb
from cloudportal.api.shapes import NamedShape, Password, Reference, RowShape, Text, Values
from cloudportal.core.caller import Caller
from tenants import actions, credential_actions, queries, states
from tenants.api.domains import FirstUser
from tenants.models import User
from tenants.services import passwords, users
from tenants.services.users import NewUser, UserChanges

STATES = tuple(sorted(states.USER.states))


class UserShape(RowShape):
    """Who signs in for an account."""

    username = serializers.CharField()
    name = serializers.CharField()
    account = NamedShape()
    domain = NamedShape()
    email = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    timezone = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    comes_from = serializers.CharField(source="source", help_text="local or directory.")


class EditUser(Values):
    """What may be changed about a user."""

    username = Text(max_length=150)
    email = Text(max_length=254, required=False, allow_blank=True)
    first_name = Text(max_length=100, required=False, allow_blank=True)
    last_name = Text(max_length=100, required=False, allow_blank=True)
    timezone = Text(max_length=60, required=False)


class SetPassword(Values):
    """Another password for a user."""

    password = Password(max_length=4096)


class CreateUser(FirstUser):
    """A user as their administrator wants them."""

    account = Reference()


def _set_password(caller: Caller, user: User, values: dict[str, str]) -> User:
    return passwords.reset(caller, user, values["password"])


def _create(caller: Caller, values: dict[str, Any]) -> User:
    account = queries.account_for(caller, values.pop("account"))
    return users.create(caller, account, NewUser(**values))


USERS = Resource(
    path="users",
    noun="user",
    shape=UserShape,
    read=actions.READ_USER,
    rows=queries.users_for,
    row=queries.user_for,
    filters=(
        Filter("username"),
        by_text(lookup="username__icontains"),
        Filter("email"),
        Filter("state", choices=STATES),
        Filter("comes_from", "source", choices=("local", "directory")),
        by_uuid("account"),
        by_uuid("domain"),
    ),
    orderings=("username", "created_at", "state", "last_name"),
    changes=(
        Create(CreateUser, _create, actions.CREATE_USER),
        Edit(EditUser, into(UserChanges, users.update), actions.UPDATE_USER),
        Remove(users.delete, actions.DELETE_USER),
        Verb(
            "set-password",
            _set_password,
            credential_actions.RESET_PASSWORD,
            takes=SetPassword,
            summary="Give the user another password and end their sessions",
        ),
        Verb("enable", users.enable, actions.ENABLE_USER, summary="Let the user sign in again"),
        Verb(
            "disable", users.disable, actions.DISABLE_USER, summary="End the user's sessions, tokens and keys"
        ),
    ),
)
