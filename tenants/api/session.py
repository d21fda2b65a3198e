"""Signing in and out, and who one is, at the REST door."""

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from rest_framework import serializers

from cloudportal.api.shapes import Password, Shape, Text, Values
from cloudportal.api.singles import change, single
from cloudportal.core.actions import all_actions
from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from tenants import actions, queries
from tenants.api.users import EditUser, UserShape
from tenants.authentication import caller_of
from tenants.models import User
from tenants.services import passwords, sign_in, users
from tenants.services.users import UserChanges

DOOR = "api"


class SignIn(Values):
    """Who comes. The domain is a path of names, as in east/sales, or a uuid; nothing means ROOT."""

    username = Text(max_length=150)
    password = Password(max_length=4096)
    domain = Text(required=False, allow_blank=True, default="")


class SessionShape(Shape):
    """Who the caller is, and what they may do."""

    user_uuid = serializers.UUIDField(allow_null=True)
    username = serializers.CharField(source="user_name")
    account_uuid = serializers.UUIDField(source="owner.account_uuid")
    account_name = serializers.CharField(source="owner.account_name")
    project_uuid = serializers.UUIDField(allow_null=True)
    kind = serializers.ChoiceField(choices=tuple(RoleKind), help_text="How far the caller sees.")
    credential = serializers.CharField(help_text="How they signed in: session, api-key or token.")
    allows = serializers.SerializerMethodField()
    csrf_token = serializers.CharField(
        default=None, help_text="For sessions: send it back as X-CSRFToken with whatever changes something."
    )

    def get_allows(self, caller: Any) -> list[str]:
        """The names of all actions that the caller may do."""
        return [one.name for one in all_actions() if caller["may"](one.name)]


class EditProfile(EditUser):
    """What people may change about themselves. Their user name is their administrator's to change."""


class ChangePassword(Values):
    """One's own password, old and new."""

    old_password = Password(max_length=4096)
    new_password = Password(max_length=4096)


def _shown(caller: Caller, request: HttpRequest) -> dict[str, Any]:
    names = ("user_uuid", "user_name", "owner", "project_uuid", "kind", "credential", "may")
    shown = {name: getattr(caller, name) for name in names}
    is_session = caller.credential == "session"
    return {**shown, "csrf_token": get_token(request) if is_session else None}


def _sign_in(caller: None, values: dict[str, str], *, request: HttpRequest) -> dict[str, Any]:
    user = sign_in.sign_in(request, values["domain"], values["username"], values["password"], door=DOOR)
    return _shown(caller_of(user, door=DOOR), request)


def _sign_out(caller: Caller, *, request: HttpRequest) -> None:
    sign_in.sign_out(request, door=DOOR)


def _profile(caller: Caller) -> User:
    return queries.user_for(caller, str(caller.user_uuid))


def _edit_profile(caller: Caller, values: dict[str, Any]) -> User:
    return users.update(caller, _profile(caller), UserChanges(**values))


def _change_password(caller: Caller, values: dict[str, str], *, request: HttpRequest) -> None:
    passwords.change_own(caller, values["old_password"], values["new_password"], request=request)


SESSION_OPERATIONS = (
    single(
        "session/",
        SessionShape,
        _shown,
        summary="Show who I am and what I may do",
        action=None,
        with_request=True,
    ),
    change(
        "POST",
        "session/",
        _sign_in,
        name="sign-in",
        summary="Sign in",
        action=None,
        takes=SignIn,
        gives=SessionShape,
        with_request=True,
        is_open=True,
    ),
    change(
        "DELETE",
        "session/",
        _sign_out,
        name="sign-out",
        summary="Sign out",
        action=None,
        with_request=True,
    ),
    single("profile/", UserShape, _profile, summary="Show my profile", action=actions.READ_USER),
    change(
        "PATCH",
        "profile/",
        _edit_profile,
        name="edit",
        summary="Edit my profile",
        action=actions.UPDATE_PROFILE,
        takes=EditProfile,
        gives=UserShape,
    ),
    change(
        "POST",
        "profile/password/",
        _change_password,
        name="change-password",
        summary="Change my password",
        action=None,
        takes=ChangePassword,
        with_request=True,
    ),
)
