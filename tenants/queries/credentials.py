"""The ways to find API keys, tokens and directories. None of them gives a secret away, and none is for tokens."""

from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from tenants import credential_actions as actions
from tenants.models import ApiKey, ApiToken, DirectoryGroupMapping, DirectoryServer


def api_keys_for(caller: Caller) -> ScopedQuerySet[ApiKey]:
    """The caller's own keys, and for administrators those of the users they look after; without the secrets."""
    actions.refuse_tokens(caller)
    actions.READ_API_KEY.permit(caller)
    return ApiKey.objects.for_caller(caller).defer("secret").select_related("user__account__domain")


def api_key_for(caller: Caller, uuid: UUID | str) -> ApiKey:
    """One of them. Raises NotFound."""
    return api_keys_for(caller).one(uuid)


def api_tokens_for(caller: Caller) -> ScopedQuerySet[ApiToken]:
    """The caller's own tokens, and for administrators those of the users they look after."""
    actions.refuse_tokens(caller)
    actions.READ_TOKEN.permit(caller)
    return ApiToken.objects.for_caller(caller).defer("digest").select_related("user__account__domain")


def api_token_for(caller: Caller, uuid: UUID | str) -> ApiToken:
    """One of them. Raises NotFound."""
    return api_tokens_for(caller).one(uuid)


def directory_servers_for(caller: Caller) -> ScopedQuerySet[DirectoryServer]:
    """The directories of the domains that an administrator looks after; without their bind passwords."""
    actions.refuse_tokens(caller)
    actions.READ_DIRECTORY.permit(caller)
    servers = DirectoryServer.objects.for_caller(caller)
    return servers.defer("bind_password").select_related("domain")


def directory_server_for(caller: Caller, uuid: UUID | str) -> DirectoryServer:
    """One of them. Raises NotFound."""
    return directory_servers_for(caller).one(uuid)


def group_mappings_for(caller: Caller) -> ScopedQuerySet[DirectoryGroupMapping]:
    """The group mappings of those directories."""
    actions.refuse_tokens(caller)
    actions.READ_DIRECTORY.permit(caller)
    mappings = DirectoryGroupMapping.objects.for_caller(caller)
    return mappings.select_related("server__domain", "domain", "role", "account__domain", "account__role")


def group_mapping_for(caller: Caller, uuid: UUID | str) -> DirectoryGroupMapping:
    """One of them. Raises NotFound."""
    return group_mappings_for(caller).one(uuid)
