"""Keys, tokens and directories in the admin. Keys and tokens are made elsewhere, where their secret can be told."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from cloudportal.administration.callers import caller_of
from cloudportal.administration.forms import ServiceForm, by_uuid
from cloudportal.administration.scoped import ScopedAdmin
from cloudportal.core.caller import Caller
from tenants import credential_actions as actions
from tenants.models import (
    ApiKey,
    ApiToken,
    DirectoryAccount,
    DirectoryGroupMapping,
    DirectoryIdentity,
    DirectoryServer,
)
from tenants.queries.credentials import (
    api_keys_for,
    api_tokens_for,
    directory_servers_for,
    group_mappings_for,
)
from tenants.services import credentials, directories, directory_mappings
from tenants.services.directory_mappings import MappingValues
from tenants.services.directory_values import ServerValues


@admin.register(ApiKey)
class ApiKeyAdmin(ScopedAdmin):
    """Keys by which programs act as users."""

    read, remove = actions.READ_API_KEY, actions.REVOKE_API_KEY
    list_display = ("name", "user", "created_at", "last_used_at", "last_used_address")
    search_fields = ("name", "user__username")
    shown = ("name", "user", "last_used_at", "last_used_address")

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's keys, and those of users whom they look after."""
        return api_keys_for(caller)

    def delete(self, caller: Caller, row: ApiKey) -> None:
        """By the service."""
        credentials.revoke_api_key(caller, row)


@admin.register(ApiToken)
class ApiTokenAdmin(ScopedAdmin):
    """Tokens for part of what users may do."""

    read, remove = actions.READ_TOKEN, actions.REVOKE_TOKEN
    list_display = ("name", "user", "prefix", "expires_at", "last_used_at", "last_used_address")
    search_fields = ("name", "user__username")
    shown = (
        "name",
        "user",
        "prefix",
        "patterns",
        "networks",
        "expires_at",
        "last_used_at",
        "last_used_address",
    )

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's tokens, and those of users whom they look after."""
        return api_tokens_for(caller)

    def delete(self, caller: Caller, row: ApiToken) -> None:
        """By the service."""
        credentials.revoke_token(caller, row)


SERVER_FIELDS = (
    "domain",
    "name",
    "position",
    "is_enabled",
    "uris",
    "tls_mode",
    "ca_certificates",
    "timeout_seconds",
    "bind_mode",
    "bind_dn",
    "bind_password",
    "user_base",
    "user_filter",
    "user_dn_template",
    "attributes",
    "group_base",
    "group_kind",
    "group_nesting",
    "disabled_attribute",
    "disabled_rule",
    "is_absence_disabled",
)


class DirectoryServerForm(ServiceForm):
    """A directory, whose bind password goes in and never out."""

    write_only = ("bind_password",)
    bind_password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Left empty it stays as it is.",
    )

    class Meta:
        model = DirectoryServer
        fields = SERVER_FIELDS


@admin.register(DirectoryServer)
class DirectoryServerAdmin(ScopedAdmin):
    """Directories that people sign in with."""

    form = DirectoryServerForm
    read, add = actions.READ_DIRECTORY, actions.CREATE_DIRECTORY
    edit, remove = actions.UPDATE_DIRECTORY, actions.DELETE_DIRECTORY
    list_display = ("name", "domain", "position", "is_enabled", "tls_mode")
    list_filter = ("is_enabled", "domain")
    search_fields = ("name",)
    fields = SERVER_FIELDS
    fixed = ("domain",)

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The directories of the caller's domains."""
        return directory_servers_for(caller)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the password's field for those who only look."""
        names = super().get_fields(request, obj)
        may_edit = caller_of(request).may(actions.UPDATE_DIRECTORY.name)
        return names if may_edit else [name for name in names if name != "bind_password"]

    def create(self, caller: Caller, values: dict[str, Any]) -> DirectoryServer:
        """By the service."""
        domain = values.pop("domain")
        return directories.create(
            caller, domain, ServerValues(**{**values, "attributes": values["attributes"] or {}})
        )

    def update(self, caller: Caller, row: DirectoryServer, values: dict[str, Any]) -> DirectoryServer:
        """By the service."""
        return directories.update(caller, row, ServerValues(**values))

    def delete(self, caller: Caller, row: DirectoryServer) -> None:
        """By the service."""
        directories.delete(caller, row)


@admin.register(DirectoryGroupMapping)
class GroupMappingAdmin(ScopedAdmin):
    """What groups of a directory mean here."""

    read, add = actions.READ_DIRECTORY, actions.CREATE_MAPPING
    edit, remove = actions.UPDATE_MAPPING, actions.DELETE_MAPPING
    list_display = ("group_dn", "server", "position", "domain", "account", "account_name", "role")
    list_filter = ("server", "domain")
    search_fields = ("group_dn", "account_name")
    fields = ("server", "group_dn", "account", "account_name", "role", "domain", "position")
    fixed = ("server",)

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The mappings of the caller's directories."""
        return group_mappings_for(caller)

    def create(self, caller: Caller, values: dict[str, Any]) -> DirectoryGroupMapping:
        """By the service."""
        server = values.pop("server")
        return directory_mappings.create(caller, server, MappingValues(**by_uuid(values)))

    def update(
        self, caller: Caller, row: DirectoryGroupMapping, values: dict[str, Any]
    ) -> DirectoryGroupMapping:
        """By the service, which is told all values and not the changed ones alone."""
        account = row.account
        known = MappingValues(
            group_dn=row.group_dn,
            account_uuid=account.uuid if account else None,
            account_name=row.account_name,
            role_uuid=row.role.uuid if row.role else None,
            domain_uuid=None if account else row.domain.uuid,
            position=row.position,
        )
        return directory_mappings.update(caller, row, replace(known, **by_uuid(values)))

    def delete(self, caller: Caller, row: DirectoryGroupMapping) -> None:
        """By the service."""
        directory_mappings.delete(caller, row)


@admin.register(DirectoryIdentity)
class DirectoryIdentityAdmin(ScopedAdmin):
    """Which users are which people of a directory."""

    read = actions.READ_DIRECTORY
    list_display = ("external_id", "server", "user")
    list_select_related = ("server", "user")
    search_fields = ("external_id", "user__username")
    shown = ("server", "external_id", "user")


@admin.register(DirectoryAccount)
class DirectoryAccountAdmin(ScopedAdmin):
    """Which accounts were made for people of a directory."""

    read = actions.READ_DIRECTORY
    list_display = ("account", "server", "external_id")
    list_select_related = ("account", "server")
    shown = ("server", "account", "external_id")
