"""Accounts: the list, one account with its users and what it may have, and its forms."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.html import format_html

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.jobs.portal.progress import progress_panel
from cloudportal.portal import cells, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import Group, PortalForm, adding, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts, Table
from cloudportal.portal.queries import Filter
from cloudportal.portal.subjects import Holder
from tenants import actions, queries, states
from tenants.models import Account
from tenants.portal.limits import limits_part
from tenants.services import account_states, accounts
from tenants.services.accounts import AccountChanges, NewAccount
from tenants.services.users import NewUser

ADMIN = RoleKind.DOMAIN_ADMIN
STATES = (states.ENABLED, states.LOCKED, states.DISABLED, states.REMOVING)


def domain_choices(caller: Caller) -> list[tuple[str, str]]:
    """The domains that the caller may choose, each with its place in the tree."""
    rows = list(queries.domains_for(caller))
    paths = queries.domain_paths(caller, rows)
    return [(str(row.uuid), paths[row.pk]) for row in rows]


def role_choices(caller: Caller) -> list[tuple[str, str]]:
    """The roles that the caller may give, the humblest of the built-in ones first."""
    rows = queries.assignable_roles_for(caller)
    ordered = sorted(rows, key=lambda row: (RoleKind(row.kind).rank, row.is_read_only, row.pk))
    return [(str(row.uuid), f"{row.name}: {row.description}".rstrip(": ")) for row in ordered]


def _domain(account: Account) -> Any:
    return cells.link(account.domain.name, "domain", account.domain.uuid)


def _find_usage(caller: Caller, account: Account) -> None:
    """Says in `usage_url` where what it used is, empty for those who may not read it."""
    account.usage_url = menu.address_for(caller, "usage")  # type: ignore[attr-defined]


def _usage(account: Account) -> Any:
    address = getattr(account, "usage_url", "")
    if not address:
        return ""
    return format_html('<a href="{}?account={}">What it used this month</a>', address, account.uuid)


def _role(account: Account) -> Any:
    return cells.link(account.role.name, "role", account.role.uuid)


class AccountForm(PortalForm):
    """An account's name and role."""

    name = forms.CharField(max_length=100, help_text="A team, a customer, a person.")
    role_uuid = forms.ChoiceField(label="Role", help_text="What its users may do.")
    network_suffix = forms.CharField(label="Domain name of its guests", required=False, max_length=100)

    def shape(self) -> None:
        """Offers the roles, and begins with the account's values."""
        self.offer("role_uuid", role_choices(self.caller))
        if self.row is not None:
            account: Account = self.row
            self.initial = {
                "name": account.name,
                "role_uuid": str(account.role.uuid),
                "network_suffix": account.network_suffix,
            }


class NewAccountForm(AccountForm):
    """A new account, and its first user."""

    groups = (
        Group("Account", ("domain_uuid", "name", "role_uuid")),
        Group(
            "First user",
            ("username", "first_name", "last_name", "email", "password"),
            note="Leave the user name empty to add users later.",
        ),
    )

    domain_uuid = forms.ChoiceField(label="Domain")
    username = forms.CharField(label="User name", required=False, max_length=150)
    first_name = forms.CharField(required=False, max_length=100)
    last_name = forms.CharField(required=False, max_length=100)
    email = forms.EmailField(label="E-mail", required=False)
    password = forms.CharField(
        required=False,
        strip=False,
        help_text="At least ten characters. Empty for nobody to sign in as them until one is set.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def shape(self) -> None:
        """Offers the domains too."""
        super().shape()
        del self.fields["network_suffix"]
        self.offer("domain_uuid", domain_choices(self.caller))


def _create(caller: Caller, row: None, values: dict[str, Any]) -> Account:
    first = None
    if values["username"]:
        first = NewUser(
            username=values["username"],
            email=values["email"],
            first_name=values["first_name"],
            last_name=values["last_name"],
            password=values["password"] or None,
        )
    wanted = NewAccount(name=values["name"], role_uuid=values["role_uuid"], first_user=first)
    return accounts.create(caller, queries.domain_for(caller, values["domain_uuid"]), wanted)


def _edit(caller: Caller, account: Account, values: dict[str, Any]) -> Account:
    return accounts.update(caller, account, AccountChanges(**values))


ACCOUNTS = ListPage(
    route="accounts",
    path="accounts/",
    title="Accounts",
    nouns="accounts",
    icon="account",
    rows=queries.accounts_for,
    columns=(
        Column("name", "Name", lambda row: cells.link(row.name, "account", row.uuid), sort="name"),
        Column("state", "State", lambda row: cells.state(row.state), sort="state"),
        Column("role", "Role", _role, sort="role__name"),
        Column("domain", "Domain", _domain, sort="domain__path"),
        Column("created", "Created", lambda row: cells.moment(row.created_at), sort="created_at"),
    ),
    about="An account owns instances, disks and networks, and has users who sign in for it.",
    search=("name", "domain__name", "users__username"),
    filters=(
        Filter("state", "State", "state", lambda caller: [(one, one) for one in STATES]),
        Filter("domain", "Domain", "domain__uuid", domain_choices),
    ),
    create=PageLink("Add account", "account-add", actions.CREATE_ACCOUNT),
)
ACCOUNT = DetailPage(
    route="account",
    path="accounts/",
    noun="account",
    row=queries.account_for,
    parent="accounts",
    parent_label="Accounts",
    prepare=_find_usage,
    panels=(
        progress_panel(),
        Facts(
            "Account",
            (
                Fact("Domain", _domain),
                Fact("Role", _role),
                Fact("Guests end in", "network_suffix", is_shown_empty=False),
                Fact("Usage", _usage, is_shown_empty=False),
                Fact("Created", lambda row: cells.exact_moment(row.created_at)),
                Fact("Id", lambda row: cells.copyable(row.uuid)),
            ),
        ),
        Table(
            "Users",
            lambda caller, row: queries.users_for(caller).filter(account=row)[:25],
            (
                Column("username", "User name", lambda row: cells.link(row.username, "user", row.uuid)),
                Column("name", "Name", "name"),
                Column("state", "State", lambda row: cells.state(row.state)),
            ),
            empty="Nobody can sign in for it yet.",
            more=("users", "account"),
            add=RowLink(
                actions.CREATE_USER, "user-add", icon="plus", label="Add user", parameter="account_uuid"
            ),
        ),
        limits_part("account-limit"),
        events_panel(place="side"),
    ),
    buttons=(
        RowAction(
            actions.ENABLE_ACCOUNT,
            account_states.enable,
            icon="play",
            is_first=True,
            done="{name} is enabled.",
        ),
        RowLink(actions.UPDATE_ACCOUNT, "account-edit", icon="edit"),
        RowAction(actions.LOCK_ACCOUNT, account_states.lock, icon="lock", done="{name} is locked."),
        RowAction(actions.DISABLE_ACCOUNT, account_states.disable, icon="stop", done="{name} is disabled."),
        RowAction(
            actions.DELETE_ACCOUNT, account_states.delete, icon="trash", done="{name} is being deleted."
        ),
    ),
)
FORMS = (
    adding(
        ACCOUNT,
        title="Add an account",
        action=actions.CREATE_ACCOUNT,
        form=NewAccountForm,
        submit=_create,
        button="Add account",
    ),
    editing(ACCOUNT, action=actions.UPDATE_ACCOUNT, form=AccountForm, submit=_edit),
)


def _owners(caller: Caller, uuids: set[UUID]) -> dict[UUID, Holder]:
    """By the uuids of accounts: those, and the projects that own through one."""
    found = {}
    if caller.may(actions.READ_ACCOUNT.name):
        rows = queries.accounts_for(caller).filter(uuid__in=uuids).values_list("uuid", "name")
        found = {uuid: Holder(name, "account", uuid) for uuid, name in rows}
    if caller.may(actions.READ_PROJECT.name):
        projects = queries.projects_for(caller).filter(account__uuid__in=uuids - found.keys())
        rows_of_projects = projects.values_list("account__uuid", "uuid", "name")
        found |= {owner: Holder(name, "project", uuid) for owner, uuid, name in rows_of_projects}
    return found


menu.entry(
    "Accounts",
    "accounts",
    icon="account",
    section="Tenants",
    order=20,
    action=actions.READ_ACCOUNT,
    least=ADMIN,
)
subjects.shown_at("account", "account")
subjects.held_through("account", _owners)

urlpatterns = [*(pattern for form in FORMS for pattern in form.urls()), *ACCOUNTS.urls(), *ACCOUNT.urls()]
