"""API keys and tokens at the REST door. Each tells its secret once, in the answer that makes it."""

from typing import Any

from rest_framework import serializers

from cloudportal.api.filters import Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Remove, Resource
from cloudportal.api.shapes import NamedShape, Reference, RowShape, Text, Values
from cloudportal.core.caller import Caller
from tenants import credential_actions as actions
from tenants import queries
from tenants.models import ApiKey, ApiToken, User
from tenants.queries.credentials import api_key_for, api_keys_for, api_token_for, api_tokens_for
from tenants.services import credentials
from tenants.services.credentials import Minted, NewToken


class CredentialShape(RowShape):
    """What every credential says of itself."""

    name = serializers.CharField()
    user = NamedShape()
    last_used_at = serializers.DateTimeField(allow_null=True)
    last_used_address = serializers.CharField()


class ApiKeyShape(CredentialShape):
    """A key by which a program acts as a user, until it is revoked."""

    key = serializers.CharField()


class NewApiKeyShape(ApiKeyShape):
    """A fresh key, with its secret."""

    told_once = ("secret",)

    secret = serializers.CharField(help_text="Shown now and never again.")


class CreateApiKey(Values):
    """A key for oneself, or for a user whom one looks after."""

    name = Text(max_length=100)
    user = Reference(required=False)


class ApiTokenShape(CredentialShape):
    """A token for part of what a user may do, for a while."""

    prefix = serializers.CharField(help_text="What the token begins with, to recognise it by.")
    patterns = serializers.ListField(child=serializers.CharField())
    networks = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()


class NewApiTokenShape(ApiTokenShape):
    """A fresh token."""

    told_once = ("token",)

    token = serializers.CharField(help_text="Shown now and never again.")


class CreateApiToken(CreateApiKey):
    """A token for oneself, or for a user whom one looks after."""

    patterns = serializers.ListField(child=Text(max_length=100), max_length=100, help_text="As in instance.*")
    expires_at = serializers.DateTimeField()
    networks = serializers.ListField(child=Text(max_length=50), max_length=50, required=False)


def _user(caller: Caller, values: dict[str, Any]) -> User:
    return queries.user_for(caller, values.get("user") or str(caller.user_uuid))


def _with_secret(minted: Minted, name: str) -> ApiKey | ApiToken:
    setattr(minted.row, name, minted.secret.reveal())
    return minted.row


def _create_key(caller: Caller, values: dict[str, Any]) -> Any:
    return _with_secret(credentials.create_api_key(caller, _user(caller, values), values["name"]), "secret")


def _create_token(caller: Caller, values: dict[str, Any]) -> Any:
    new = NewToken(values["name"], values["patterns"], values["expires_at"], values.get("networks", ()))
    return _with_secret(credentials.create_token(caller, _user(caller, values), new), "token")


API_KEYS = Resource(
    path="api-keys",
    noun="API key",
    shape=ApiKeyShape,
    read=actions.READ_API_KEY,
    rows=api_keys_for,
    row=api_key_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("key"),
        by_uuid("user"),
        by_uuid("account", "user__account__uuid"),
    ),
    orderings=("name", "created_at", "last_used_at"),
    changes=(
        Create(CreateApiKey, _create_key, actions.CREATE_API_KEY, gives=NewApiKeyShape),
        Remove(credentials.revoke_api_key, actions.REVOKE_API_KEY, summary="Revoke an API key"),
    ),
)

API_TOKENS = Resource(
    path="api-tokens",
    noun="token",
    shape=ApiTokenShape,
    read=actions.READ_TOKEN,
    rows=api_tokens_for,
    row=api_token_for,
    filters=(Filter("name"), by_text(), by_uuid("user"), by_uuid("account", "user__account__uuid")),
    orderings=("name", "created_at", "last_used_at", "expires_at"),
    changes=(
        Create(CreateApiToken, _create_token, actions.CREATE_TOKEN, gives=NewApiTokenShape),
        Remove(credentials.revoke_token, actions.REVOKE_TOKEN, summary="Revoke a token"),
    ),
)
