"""User data that is kept for more than one instance, at the REST door."""

from typing import Any

from rest_framework import serializers

from cloudportal.api.filters import Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource
from cloudportal.api.shapes import Lines, NamedShape, RowShape, Shape, Text, Values
from cloudportal.core.caller import Caller
from compute import guest_data_actions as actions
from compute import guest_data_queries as queries
from compute.models import UserData
from compute.services.guest_data import user_data
from compute.services.guest_data.user_data import UserDataChanges, UserDataValues
from compute.services.guest_data.variables import MOST_VALUE_CHARACTERS, MOST_VARIABLES, Variable

MOST_USER_DATA = 64 * 1024


class UserDataVariableShape(Shape):
    """A place in the text, written there as `${{ name }}`."""

    name = serializers.CharField()
    description = serializers.CharField()
    default = serializers.CharField(help_text="Stands there where no value is given.")
    is_required = serializers.BooleanField()
    is_secret = serializers.BooleanField(help_text="Forms hide what is typed.")


class UserDataShape(RowShape):
    """A text for guests, with places for values that differ from instance to instance."""

    name = serializers.CharField()
    description = serializers.CharField()
    account = NamedShape()
    domain = NamedShape(source="account.domain")
    variables = UserDataVariableShape(many=True)


class WholeUserDataShape(UserDataShape):
    """The same, with the text itself."""

    content = serializers.CharField(source="text")


class UserDataVariableValues(Values):
    """A variable to declare. A required one, and a secret one, has no default."""

    name = Text(max_length=63)
    description = Text(required=False, allow_blank=True)
    default = Text(max_length=MOST_VALUE_CHARACTERS, required=False, allow_blank=True, trim_whitespace=False)
    is_required = serializers.BooleanField(required=False)
    is_secret = serializers.BooleanField(required=False)


class KeepUserData(Values):
    """A text for guests as its owner wants it."""

    name = Text(max_length=100)
    description = Text(required=False, allow_blank=True)
    content = Lines(max_length=MOST_USER_DATA, trim_whitespace=False)
    variables = serializers.ListField(
        child=UserDataVariableValues(), required=False, max_length=MOST_VARIABLES
    )


def _read(values: dict[str, Any]) -> dict[str, Any]:
    if "variables" not in values:
        return values
    return {**values, "variables": tuple(Variable(**one) for one in values["variables"])}


def _create(caller: Caller, values: dict[str, Any]) -> UserData:
    return user_data.create(caller, UserDataValues(**_read(values)))


def _edit(caller: Caller, row: UserData, values: dict[str, Any]) -> UserData:
    return user_data.update(caller, row, UserDataChanges(**_read(values)))


USER_DATA = Resource(
    path="user-data",
    noun="user data",
    shape=UserDataShape,
    detail=WholeUserDataShape,
    read=actions.READ_USER_DATA,
    rows=queries.user_data_for,
    row=queries.one_user_data_for,
    filters=(
        Filter("name"),
        by_text(),
        by_uuid("account"),
        by_uuid("domain", "account__domain__uuid"),
    ),
    orderings=("name", "created_at"),
    changes=(
        Create(KeepUserData, _create, actions.CREATE_USER_DATA, summary="Keep user data"),
        Edit(KeepUserData, _edit, actions.UPDATE_USER_DATA, summary="Edit user data"),
        Remove(user_data.delete, actions.DELETE_USER_DATA, summary="Delete user data"),
    ),
)
