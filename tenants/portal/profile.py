"""The caller's own page: who they are here, their password, and the keys and tokens of their programs."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from cloudportal.core import time_zones
from cloudportal.core.caller import Caller
from cloudportal.portal import cells
from cloudportal.portal.buttons import Button, arranged
from cloudportal.portal.forms import FormPage, PortalForm
from cloudportal.portal.pages import page
from cloudportal.portal.panels import Fact, Facts
from tenants import actions, queries
from tenants.models import User
from tenants.portal.credentials import KEYS, TOKENS
from tenants.services import passwords, users
from tenants.services.users import UserChanges

FACTS = Facts(
    "You",
    (
        Fact("User name", "username"),
        Fact("Name", "name"),
        Fact("E-mail", "email"),
        Fact("Time zone", "timezone"),
        Fact("Account", "account.name"),
        Fact("Domain", "domain.name"),
        Fact("Role", lambda user: cells.noted(user.account.role.name, user.account.role.description)),
        Fact("Password", lambda user: "kept here" if user.source == "local" else "kept in your directory"),
        Fact("Id", lambda user: cells.copyable(user.uuid)),
    ),
)


class ProfileForm(PortalForm):
    """What people may say of themselves."""

    first_name = forms.CharField(
        required=False, max_length=100, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        required=False, max_length=100, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    email = forms.EmailField(
        label="E-mail", required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    timezone = forms.ChoiceField(
        label="Time zone", choices=time_zones.choices, help_text="Every time that you read is told in it."
    )

    def shape(self) -> None:
        """Begins with what is known."""
        self.initial = {name: getattr(self.row, name) for name in ProfileForm.base_fields}
        self.offer("timezone", time_zones.choices(self.row.timezone))


class PasswordForm(PortalForm):
    """The present password and a new one, twice."""

    old_password = forms.CharField(
        label="Present password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password = forms.CharField(
        strip=False,
        help_text="At least ten characters, and none of the common ones.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="New password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """A new password is typed twice: whoever mistypes it is locked out."""
        values = dict(super().clean() or {})
        if {"new_password", "again"} <= values.keys() and values["again"] != values["new_password"]:
            self.add_error("again", "The two are not the same. Type the new password again.")
        return values


@dataclass(frozen=True)
class PasswordPage(FormPage):
    """Changing one's own password keeps the session in which it is done."""

    def carry_out(self, request: HttpRequest, caller: Caller, form: PortalForm) -> Any:
        """As for every form."""
        values = form.values
        return passwords.change_own(caller, values["old_password"], values["new_password"], request=request)


def own_user(caller: Caller, uuid: None = None) -> User:
    """The user that the caller is."""
    return queries.user_for(caller, caller.user_uuid or "")


def _edit(caller: Caller, user: User, values: dict[str, Any]) -> User:
    return users.update(caller, user, UserChanges(**values))


def profile(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Who the caller is, and what signs in for them."""
    user = own_user(caller)
    found = [panel.shown(caller, user) for panel in (FACTS, KEYS, TOKENS)]
    values = {
        "page_title": user.name,
        "row": user,
        "buttons": arranged(_buttons(caller, user)),
        "panels": {"top": [], "main": [one for one in found if one], "side": []},
    }
    return render(request, "portal/detail.html", values)


def _buttons(caller: Caller, user: User) -> list[Button]:
    edit = Button("edit", "Edit", reverse("portal:profile-edit"), "edit", is_post=False)
    why_not = "" if user.source == "local" else "Your password is kept in a directory. Change it there."
    change = Button(
        "password",
        "Change password",
        reverse("portal:profile-password"),
        "key",
        reason=why_not,
        is_post=False,
    )
    return [edit, change] if caller.may(actions.UPDATE_PROFILE.name) else [change]


FORMS = (
    FormPage(
        route="profile-edit",
        path="profile/edit/",
        title="Edit your profile",
        action=actions.UPDATE_PROFILE,
        form=ProfileForm,
        submit=_edit,
        button="Save",
        done=lambda user: "Your profile is saved.",
        next=lambda user: reverse("portal:profile"),
        parent="profile",
        parent_label="Profile",
        row=own_user,
    ),
    PasswordPage(
        route="profile-password",
        path="profile/password/",
        title="Change your password",
        action=actions.READ_USER,
        form=PasswordForm,
        submit=lambda caller, row, values: None,
        button="Change password",
        done=lambda user: "Your password is changed, and your other sessions have ended.",
        next=lambda user: reverse("portal:profile"),
        parent="profile",
        parent_label="Profile",
    ),
)

urlpatterns = [
    path("profile/", page(profile), name="profile"),
    *(pattern for form in FORMS for pattern in form.urls()),
]
