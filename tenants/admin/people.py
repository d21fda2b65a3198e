"""Domains, accounts, users, roles and settings in the admin."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import OuterRef, QuerySet, Subquery

from cloudportal.administration.forms import ServiceForm, by_uuid
from cloudportal.administration.scoped import RootAdmin, ScopedAdmin, ScopedInline
from cloudportal.administration.verbs import Verb
from cloudportal.core.caller import Caller
from tenants import actions, queries
from tenants.models import (
    Account,
    Counter,
    Domain,
    Role,
    RoleRule,
    SettingValue,
    User,
)
from tenants.services import account_states, accounts, domains, roles, users
from tenants.services.accounts import AccountChanges, NewAccount
from tenants.services.domains import DomainChanges, NewDomain
from tenants.services.roles import NewRole, RoleChanges
from tenants.services.users import NewUser, UserChanges

# Our roles are rules over actions; Django's groups would be a second system that nobody asks.
admin.site.unregister(Group)


@admin.register(Domain)
class DomainAdmin(ScopedAdmin):
    """The tree of domains."""

    read, add, edit = actions.READ_DOMAIN, actions.CREATE_DOMAIN, actions.UPDATE_DOMAIN
    list_display = ("name", "parent_name", "depth", "state")
    list_filter = ("state",)
    search_fields = ("name",)
    fields = ("parent", "name", "network_suffix")
    only_new = ("parent",)
    shown = ("parent_name", "state")
    verbs = (
        Verb(actions.DELETE_DOMAIN, domains.delete, words="Delete if empty"),
        Verb(
            actions.DELETE_DOMAIN,
            lambda caller, row: domains.delete(caller, row, with_contents=True),
            words="Delete with everything in it",
        ),
    )

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's domains, each with its parent's name where that is the caller's too."""
        seen = queries.domains_for(caller).filter(pk=OuterRef("parent_id"))
        return queries.domains_for(caller).annotate(parent_seen=Subquery(seen.values("name")[:1]))

    @admin.display(description="parent")
    def parent_name(self, row: Domain) -> str | None:
        """What the domain is in, for those who see that."""
        name: str | None = getattr(row, "parent_seen", None)
        return name

    def create(self, caller: Caller, values: dict[str, Any]) -> Domain:
        """By the service."""
        return domains.create(caller, values["parent"], NewDomain(values["name"], values["network_suffix"]))

    def update(self, caller: Caller, row: Domain, values: dict[str, Any]) -> Domain:
        """By the service."""
        return domains.update(caller, row, DomainChanges(**values))


class AccountForm(ServiceForm):
    """An account; the service speaks of its role by uuid."""

    renamed: ClassVar = {"role_uuid": "role"}

    class Meta:
        model = Account
        fields = ("domain", "name", "role", "network_suffix")


@admin.register(Account)
class AccountAdmin(ScopedAdmin):
    """Owners of resources."""

    form = AccountForm
    read, add, edit = actions.READ_ACCOUNT, actions.CREATE_ACCOUNT, actions.UPDATE_ACCOUNT
    list_display = ("name", "domain", "role", "state")
    list_filter = ("state", "domain", "role")
    search_fields = ("name",)
    fields = ("domain", "name", "role", "network_suffix")
    fixed = ("domain",)
    shown = ("state",)
    verbs = (
        Verb(actions.ENABLE_ACCOUNT, account_states.enable),
        Verb(actions.LOCK_ACCOUNT, account_states.lock),
        Verb(actions.DISABLE_ACCOUNT, account_states.disable),
        Verb(actions.DELETE_ACCOUNT, account_states.delete),
    )

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's accounts."""
        return queries.accounts_for(caller)

    def create(self, caller: Caller, values: dict[str, Any]) -> Account:
        """By the service."""
        new = NewAccount(values["name"], values["role"].uuid, values["network_suffix"])
        return accounts.create(caller, values["domain"], new)

    def update(self, caller: Caller, row: Account, values: dict[str, Any]) -> Account:
        """By the service."""
        return accounts.update(caller, row, AccountChanges(**by_uuid(values)))


class UserForm(ServiceForm):
    """A user, whose first password goes in and never out."""

    write_only = ("password",)
    password = forms.CharField(
        required=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    class Meta:
        model = User
        fields = ("account", "username", "email", "first_name", "last_name", "timezone")


@admin.register(User)
class UserAdmin(ScopedAdmin):
    """Who signs in."""

    form = UserForm
    read, add = actions.READ_USER, actions.CREATE_USER
    edit, remove = actions.UPDATE_USER, actions.DELETE_USER
    list_display = ("username", "account", "domain", "email", "state", "source")
    list_filter = ("state", "source", "domain")
    search_fields = ("username", "email", "last_name")
    autocomplete_fields = ("account",)
    fields = ("account", "username", "password", "email", "first_name", "last_name", "timezone")
    fixed = ("account",)
    only_new = ("password",)
    shown = ("domain", "state", "source", "last_login")
    verbs = (Verb(actions.ENABLE_USER, users.enable), Verb(actions.DISABLE_USER, users.disable))

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's users."""
        return queries.users_for(caller)

    def create(self, caller: Caller, values: dict[str, Any]) -> User:
        """By the service."""
        account = values.pop("account")
        return users.create(caller, account, NewUser(**values))

    def update(self, caller: Caller, row: User, values: dict[str, Any]) -> User:
        """By the service."""
        return users.update(caller, row, UserChanges(**values))

    def delete(self, caller: Caller, row: User) -> None:
        """By the service."""
        users.delete(caller, row)


class RuleInline(ScopedInline):
    """The rules of a role, in their order."""

    model = RoleRule
    fields = ("position", "pattern", "allows", "description")


@admin.register(Role)
class RoleAdmin(ScopedAdmin):
    """What accounts may do."""

    read, add = actions.READ_ROLE, actions.CREATE_ROLE
    edit, remove = actions.UPDATE_ROLE, actions.DELETE_ROLE
    list_display = ("name", "kind", "is_builtin", "is_read_only", "description")
    list_filter = ("kind", "is_builtin", "is_read_only")
    search_fields = ("name",)
    fields = ("name", "kind", "description")
    fixed = ("kind",)
    shown = ("is_builtin", "is_read_only")
    inlines = (RuleInline,)

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's roles."""
        return queries.roles_for(caller)

    def create(self, caller: Caller, values: dict[str, Any]) -> Role:
        """By the service."""
        return roles.create(caller, NewRole(**values))

    def update(self, caller: Caller, row: Role, values: dict[str, Any]) -> Role:
        """By the service."""
        return roles.update(caller, row, RoleChanges(**values))

    def delete(self, caller: Caller, row: Role) -> None:
        """By the service."""
        roles.delete(caller, row)


@admin.register(SettingValue)
class SettingValueAdmin(ScopedAdmin):
    """Where somebody has set a setting. Values of secret ones are not here."""

    read = actions.READ_SETTING
    list_display = ("name", "key", "value")
    search_fields = ("name",)
    shown = ("name", "key", "value")


@admin.register(Counter)
class CounterAdmin(RootAdmin):
    """How much is in use at each level."""

    read = actions.READ_LIMIT
    list_display = ("level", "owner_id", "resource", "used", "maximum")
    list_filter = ("level", "resource")
    shown = ("level", "owner_id", "resource", "used", "maximum")
