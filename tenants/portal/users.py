"""Users: the list, one user with their keys and tokens, and their forms."""

from typing import Any

from django import forms

from cloudportal.core import time_zones
from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.portal import cells, formats, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import PortalForm, about, adding, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts
from cloudportal.portal.queries import Filter, name_in
from tenants import actions, credential_actions, queries, states
from tenants.models import User
from tenants.portal.credentials import KEYS, TOKENS
from tenants.services import passwords, users
from tenants.services.users import NewUser, UserChanges

ADMIN = RoleKind.DOMAIN_ADMIN
STATES = (states.ENABLED, states.DISABLED)
MOST_ACCOUNTS = 500


def _account(user: User) -> Any:
    return cells.link(user.account.name, "account", user.account.uuid)


def _source(user: User) -> str:
    return "here" if user.source == "local" else "a directory"


class UserForm(PortalForm):
    """A user's names and address."""

    username = forms.CharField(
        label="User name", max_length=150, help_text="Small letters; they sign in with it."
    )
    first_name = forms.CharField(required=False, max_length=100)
    last_name = forms.CharField(required=False, max_length=100)
    email = forms.EmailField(label="E-mail", required=False)
    timezone = forms.ChoiceField(
        label="Time zone", choices=time_zones.choices, help_text="Every time that they read is told in it."
    )

    def shape(self) -> None:
        """Begins with the user's values."""
        if self.row is not None:
            self.initial = {name: getattr(self.row, name) for name in UserForm.base_fields}
            self.offer("timezone", time_zones.choices(self.row.timezone))


class NewUserForm(UserForm):
    """A new user of an account."""

    account_uuid = forms.ChoiceField(label="Account")
    password = forms.CharField(
        required=False,
        strip=False,
        help_text="At least ten characters. Empty for nobody to sign in as them until one is set.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def shape(self) -> None:
        """Offers the accounts."""
        rows = queries.accounts_for(self.caller)[:MOST_ACCOUNTS]
        self.offer("account_uuid", [(str(row.uuid), f"{row.domain.name} / {row.name}") for row in rows])
        self.order_fields(["account_uuid"])
        self.initial = {"timezone": formats.readers_zone(), **self.initial}
        self.offer("timezone", time_zones.choices(formats.readers_zone()))


class ResetForm(PortalForm):
    """Another password for somebody."""

    password = forms.CharField(
        label="New password",
        strip=False,
        help_text="At least ten characters. They are signed out everywhere and need it from now on.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def _create(caller: Caller, row: None, values: dict[str, Any]) -> User:
    account = queries.account_for(caller, values["account_uuid"])
    wanted = NewUser(
        username=values["username"],
        email=values["email"],
        first_name=values["first_name"],
        last_name=values["last_name"],
        timezone=values["timezone"],
        password=values["password"] or None,
    )
    return users.create(caller, account, wanted)


def _edit(caller: Caller, user: User, values: dict[str, Any]) -> User:
    return users.update(caller, user, UserChanges(**values))


def _reset(caller: Caller, user: User, values: dict[str, Any]) -> User:
    return passwords.reset(caller, user, values["password"])


def _is_somebody_else(caller: Caller, user: User) -> bool:
    return user.pk != caller.user_id


USERS = ListPage(
    route="users",
    path="users/",
    title="Users",
    nouns="users",
    icon="user",
    rows=queries.users_for,
    columns=(
        Column(
            "username", "User name", lambda row: cells.link(row.username, "user", row.uuid), sort="username"
        ),
        Column("name", "Name", "name", sort="last_name"),
        Column("state", "State", lambda row: cells.state(row.state), sort="state"),
        Column("account", "Account", _account, sort="account__name"),
        Column("domain", "Domain", "domain.name", sort="domain__path"),
        Column("email", "E-mail", "email", sort="email", on_phone=False),
        Column("source", "Password kept", _source, sort="source", on_phone=False),
    ),
    about="A user signs in for an account.",
    search=("username", "first_name", "last_name", "email", "account__name"),
    filters=(
        Filter("state", "State", "state", lambda caller: [(one, one) for one in STATES]),
        Filter(
            "source",
            "Password",
            "source",
            lambda caller: [("local", "kept here"), ("directory", "kept in a directory")],
        ),
        Filter("account", "Account", "account__uuid", called=name_in(queries.accounts_for)),
    ),
    create=PageLink("Add user", "user-add", actions.CREATE_USER),
)
USER = DetailPage(
    route="user",
    path="users/",
    noun="user",
    row=queries.user_for,
    parent="users",
    parent_label="Users",
    panels=(
        Facts(
            "User",
            (
                Fact("Name", "name"),
                Fact("E-mail", "email"),
                Fact("Time zone", "timezone"),
                Fact("Account", _account),
                Fact("Domain", "domain.name"),
                Fact("Role", "account.role.name"),
                Fact("Password kept", _source),
                Fact("In the directory", lambda row: cells.code(row.directory_dn), is_shown_empty=False),
                Fact("Last signed in", lambda row: cells.moment(row.last_login)),
                Fact("Created", lambda row: cells.exact_moment(row.created_at)),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        KEYS,
        TOKENS,
        events_panel(place="side"),
    ),
    buttons=(
        RowAction(
            actions.ENABLE_USER, users.enable, icon="play", is_first=True, done="{name} may sign in again."
        ),
        RowLink(actions.UPDATE_USER, "user-edit", icon="edit"),
        RowLink(
            credential_actions.RESET_PASSWORD,
            "user-password",
            icon="key",
            is_shown=lambda caller, row: _is_somebody_else(caller, row) and row.source == "local",
        ),
        RowAction(
            actions.DISABLE_USER,
            users.disable,
            icon="stop",
            done="{name} is disabled.",
            is_shown=_is_somebody_else,
        ),
        RowAction(
            actions.DELETE_USER,
            users.delete,
            icon="trash",
            done="{name} is deleted.",
            goes_away=True,
            is_shown=_is_somebody_else,
        ),
    ),
)
FORMS = (
    adding(
        USER,
        title="Add a user",
        action=actions.CREATE_USER,
        form=NewUserForm,
        submit=_create,
        button="Add user",
    ),
    editing(USER, action=actions.UPDATE_USER, form=UserForm, submit=_edit),
    about(
        USER,
        "password",
        title="Set a password for {name}",
        action=credential_actions.RESET_PASSWORD,
        form=ResetForm,
        submit=_reset,
        button="Set password",
        done=lambda user: f"{user.username} has a new password and is signed out everywhere.",
    ),
)

menu.entry("Users", "users", icon="user", section="Tenants", order=30, action=actions.READ_USER, least=ADMIN)
subjects.shown_at("user", "user")

urlpatterns = [*(pattern for form in FORMS for pattern in form.urls()), *USERS.urls(), *USER.urls()]
