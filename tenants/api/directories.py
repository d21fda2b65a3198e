"""Directory servers and what their groups mean here, at the REST door."""

from typing import Any

from rest_framework import serializers

from cloudportal.api.calls import into
from cloudportal.api.filters import FLAG, Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource, Verb
from cloudportal.api.shapes import (
    Lines,
    NamedShape,
    Password,
    Reference,
    RowShape,
    Shape,
    Text,
    Values,
    Whole,
)
from cloudportal.core.caller import Caller
from tenants import credential_actions as actions
from tenants import queries
from tenants.models import DirectoryGroupMapping, DirectoryServer
from tenants.queries.credentials import (
    directory_server_for,
    directory_servers_for,
    group_mapping_for,
    group_mappings_for,
)
from tenants.services import directories, directory_mappings, directory_trials
from tenants.services.directory_mappings import MappingValues
from tenants.services.directory_values import CERTIFICATES_LENGTH, LONGEST_TIMEOUT_SECONDS, ServerValues


class DirectoryServerShape(RowShape):
    """A directory whose people can sign in at a domain. Its bind password is kept and never shown."""

    name = serializers.CharField()
    domain = NamedShape()
    position = serializers.IntegerField()
    is_enabled = serializers.BooleanField()
    uris = serializers.ListField(child=serializers.CharField())
    tls_mode = serializers.CharField()
    ca_certificates = serializers.CharField()
    timeout_seconds = serializers.IntegerField()
    bind_mode = serializers.CharField()
    bind_dn = serializers.CharField()
    user_base = serializers.CharField()
    user_filter = serializers.CharField()
    user_dn_template = serializers.CharField()
    attributes = serializers.DictField(child=serializers.CharField())
    group_base = serializers.CharField()
    group_kind = serializers.CharField()
    group_nesting = serializers.CharField()
    disabled_attribute = serializers.CharField()
    disabled_rule = serializers.CharField()
    is_absence_disabled = serializers.BooleanField()


class EditDirectoryServer(Values):
    """What may be changed about a directory."""

    name = Text(max_length=100)
    position = Whole(min_value=1, max_value=1000, required=False)
    is_enabled = serializers.BooleanField(required=False)
    uris = serializers.ListField(child=Text(), max_length=5, help_text="As in ldaps://ldap.example.org.")
    tls_mode = Text(max_length=10, required=False)
    ca_certificates = Lines(max_length=CERTIFICATES_LENGTH, required=False, allow_blank=True)
    timeout_seconds = Whole(min_value=1, max_value=LONGEST_TIMEOUT_SECONDS, required=False)
    bind_mode = Text(max_length=10, required=False)
    bind_dn = Text(max_length=500, required=False, allow_blank=True)
    bind_password = Password(max_length=1024, required=False, allow_blank=True)
    user_base = Text(max_length=500, required=False, allow_blank=True)
    user_filter = Text(max_length=500, required=False, allow_blank=True)
    user_dn_template = Text(max_length=500, required=False, allow_blank=True)
    attributes = serializers.DictField(child=Text(max_length=100, allow_blank=True), required=False)
    group_base = Text(max_length=500)
    group_kind = Text(max_length=30, required=False)
    group_nesting = Text(max_length=10, required=False)
    disabled_attribute = Text(max_length=100, required=False, allow_blank=True)
    disabled_rule = Text(max_length=20, required=False, allow_blank=True)
    is_absence_disabled = serializers.BooleanField(required=False)


class AddDirectoryServer(EditDirectoryServer):
    """A directory as an operator wants it."""

    domain = Reference()


class GroupMappingShape(RowShape):
    """What membership of a group gives."""

    server = NamedShape()
    position = serializers.IntegerField()
    group_dn = serializers.CharField()
    domain = NamedShape()
    account = NamedShape(allow_null=True)
    account_name = serializers.CharField()
    role = NamedShape(allow_null=True)


class EditGroupMapping(Values):
    """All of what a group gives: an account that is there, or the name and role of one to be made."""

    group_dn = Text(max_length=500)
    account = Reference(source="account_uuid", required=False)
    account_name = Text(
        max_length=100, required=False, allow_blank=True, help_text="With {username} or {group}."
    )
    role = Reference(source="role_uuid", required=False)
    domain = Reference(source="domain_uuid", required=False)
    position = Whole(min_value=1, max_value=10_000, required=False)


class MapGroup(EditGroupMapping):
    """A group of a directory, and what it gives."""

    server = Reference()


class TrySignIn(Values):
    """Somebody's name and password at the directory."""

    username = Text(max_length=150)
    password = Password(max_length=4096)


class TrialStepShape(Shape):
    """What one step of the sign-in showed."""

    step = serializers.CharField()
    is_good = serializers.BooleanField()
    sentence = serializers.CharField()


class TrialShape(Shape):
    """What every step of the sign-in showed, as far as it came."""

    findings = TrialStepShape(many=True)


def _add(caller: Caller, values: dict[str, Any]) -> DirectoryServer:
    domain = queries.domain_for(caller, values.pop("domain"))
    return directories.create(caller, domain, ServerValues(**values))


def _map(caller: Caller, values: dict[str, Any]) -> DirectoryGroupMapping:
    server = directory_server_for(caller, values.pop("server"))
    return directory_mappings.create(caller, server, MappingValues(**values))


def _try(caller: Caller, server: DirectoryServer, values: dict[str, str]) -> dict[str, Any]:
    return {"findings": directory_trials.try_sign_in(caller, server, values["username"], values["password"])}


DIRECTORY_SERVERS = Resource(
    path="directory-servers",
    noun="directory server",
    shape=DirectoryServerShape,
    read=actions.READ_DIRECTORY,
    rows=directory_servers_for,
    row=directory_server_for,
    filters=(Filter("name"), by_text(), Filter("is_enabled", kind=FLAG), by_uuid("domain")),
    orderings=("position", "name", "created_at"),
    changes=(
        Create(AddDirectoryServer, _add, actions.CREATE_DIRECTORY, summary="Add a directory to a domain"),
        Edit(EditDirectoryServer, into(ServerValues, directories.update), actions.UPDATE_DIRECTORY),
        Remove(directories.delete, actions.DELETE_DIRECTORY),
        Verb(
            "try-sign-in",
            _try,
            actions.TEST_DIRECTORY,
            takes=TrySignIn,
            gives=TrialShape,
            is_plannable=False,
            summary="Show what each step of a sign-in finds, without signing anybody in",
        ),
    ),
)

GROUP_MAPPINGS = Resource(
    path="group-mappings",
    noun="group mapping",
    shape=GroupMappingShape,
    read=actions.READ_DIRECTORY,
    rows=group_mappings_for,
    row=group_mapping_for,
    filters=(
        Filter("group_dn"),
        by_text(lookup="group_dn__icontains"),
        by_uuid("server"),
        by_uuid("domain"),
        by_uuid("account"),
        by_uuid("role"),
    ),
    orderings=("position", "group_dn", "created_at"),
    changes=(
        Create(MapGroup, _map, actions.CREATE_MAPPING, summary="Map a group of a directory"),
        Edit(
            EditGroupMapping,
            into(MappingValues, directory_mappings.update),
            actions.UPDATE_MAPPING,
            is_partial=False,
        ),
        Remove(directory_mappings.delete, actions.DELETE_MAPPING),
    ),
)
