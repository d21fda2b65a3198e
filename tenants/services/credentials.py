"""API keys and tokens: minting them, revoking them, and knowing who comes with one."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from cloudportal.core import clock, plans
from cloudportal.core.actions import all_actions
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, LimitReached, NotSignedIn
from cloudportal.core.names import check_label
from cloudportal.core.permissions import Rule, allowed
from cloudportal.core.secrets import Secret
from cloudportal.events import records
from cloudportal.events.records import About
from tenants import credential_actions as actions
from tenants import throttling
from tenants.addresses import is_within, source_address
from tenants.authentication import users_with_account
from tenants.configuration import TOKEN_LIFETIME
from tenants.models import ApiKey, ApiToken, User
from tenants.queries.settings import settings_value
from tenants.services import access, dominance
from tenants.throttling import PROGRAMS, Attempt

TOKEN_MARK = "cpt_"  # noqa: S105 - begins every token, so that one left lying about is recognised
MOST_KEYS = 20
MOST_TOKENS = 100
EXPIRED_SHOWN_FOR = timedelta(days=30)
# A list of last uses need not be exact, and a write for every request would cost more than the request.
USE_NOTED_EVERY = timedelta(minutes=1)


class CredentialRefused(NotSignedIn):
    """Key or token let nobody in; what about it is wrong is not told."""

    code = "credential-refused"
    sentence = (
        "The API key or token is not valid here: unknown, expired, revoked, used from an address that it is not "
        "for, or its user may no longer sign in. Make a new one."
    )


@dataclass(frozen=True)
class NewToken:
    """What a token begins as: patterns such as `instance.*`, when it ends, and from where it may be used."""

    name: str
    patterns: Sequence[str]
    expires_at: datetime
    networks: Sequence[str] = ()


@dataclass(frozen=True)
class Minted:
    """A fresh credential. Its secret is shown now and never again."""

    row: ApiKey | ApiToken
    secret: Secret


@transaction.atomic
def create_api_key(caller: Caller, user: User, name: str) -> Minted:
    """A new key and its secret for the caller, or for a user whom the caller dominates.

    Raises InvalidInput, LimitReached, NotFound and NotPermitted.
    """
    actions.CREATE_API_KEY.permit(caller)
    _require_mintable(caller, user)
    label = check_label(name)
    _require_room(user.api_keys.count(), MOST_KEYS, user, "API keys")
    secret = Secret(secrets.token_urlsafe(48))
    row = ApiKey.objects.create(user=user, name=label, key=secrets.token_urlsafe(32), secret=secret)
    _record(caller, "REGISTER.USER.KEY", user, f"Creates the API key {label} for {user.username}.")
    return Minted(row, secret)


@transaction.atomic
def revoke_api_key(caller: Caller, key: ApiKey) -> None:
    """From now on the key is refused. Only its user, or somebody who dominates them, may revoke it."""
    actions.REVOKE_API_KEY.permit(caller)
    _require_mintable(caller, key.user)
    _record(caller, "DELETE.USER.KEY", key.user, f"Revokes the API key {key.name} of {key.user.username}.")
    key.delete()


@transaction.atomic
def create_token(caller: Caller, user: User, values: NewToken) -> Minted:
    """A new token for the caller, or for a user whom the caller dominates. Its scope only narrows what the user may.

    Raises InvalidInput, LimitReached, NotFound and NotPermitted.
    """
    actions.CREATE_TOKEN.permit(caller)
    _require_mintable(caller, user)
    _require_room(user.api_tokens.filter(expires_at__gt=clock.now()).count(), MOST_TOKENS, user, "tokens")
    text = TOKEN_MARK + secrets.token_urlsafe(36)
    row = ApiToken.objects.create(
        user=user,
        name=check_label(values.name),
        prefix=text[: len(TOKEN_MARK) + 8],
        digest=_digest(text),
        patterns=_patterns(values.patterns),
        networks=_networks(values.networks),
        expires_at=_expiry(user, values.expires_at),
    )
    sentence = f"Creates the token {row.name} for {user.username}."
    after = {"patterns": row.patterns, "networks": row.networks, "expires_at": row.expires_at.isoformat()}
    _record(caller, "TOKEN.CREATE", user, sentence, after=after)
    return Minted(row, Secret(text))


@transaction.atomic
def revoke_token(caller: Caller, token: ApiToken) -> None:
    """From now on the token is refused. Only its user, or somebody who dominates them, may revoke it."""
    actions.REVOKE_TOKEN.permit(caller)
    _require_mintable(caller, token.user)
    _record(caller, "TOKEN.DELETE", token.user, f"Revokes the token {token.name} of {token.user.username}.")
    token.delete()


def api_key_of(request: HttpRequest, key: str, secret: str) -> ApiKey:
    """The key with its user, whose secret this is. Raises CredentialRefused or TooManyRequests."""
    row = api_key_named(key)
    known = row.secret.reveal() if row else secrets.token_urlsafe(48)
    is_right = hmac.compare_digest(known.encode(), secret.encode())
    if row is None or not is_right or not row.user.is_active:
        raise _refusal(request, key)
    _note_use(ApiKey.objects.filter(pk=row.pk), request)
    return row


def api_key_named(key: str) -> ApiKey | None:
    """The key of this name with its user; whoever checks a signature with its secret asks `user.is_active` too."""
    row = ApiKey.objects.filter(key=key).first()
    if row is None or not hmac.compare_digest(row.key.encode(), key.encode()):
        return None
    row.user = users_with_account().get(pk=row.user_id)
    return row


def token_of(request: HttpRequest, text: str) -> tuple[ApiToken, tuple[Rule, ...]]:
    """The token with its user, and the rules by which it narrows them. Raises CredentialRefused or TooManyRequests."""
    row = ApiToken.objects.filter(digest=_digest(text), expires_at__gt=clock.now()).first()
    user = users_with_account().get(pk=row.user_id) if row else None
    if row is None or user is None or not user.is_active or not _is_welcome(row, request):
        raise _refusal(request, text)
    _note_use(ApiToken.objects.filter(pk=row.pk), request)
    row.user = user
    return row, actions.token_rules(row.patterns)


def name_of(row: ApiKey | ApiToken) -> str:
    """What a key or token is called by whatever was made with it and ends with it; it opens nothing."""
    return f"{'key' if isinstance(row, ApiKey) else 'token'}:{row.uuid}"


def is_standing(name: str) -> bool:
    """True while the key or token of that name is neither revoked nor expired."""
    kind, _, uuid = name.partition(":")
    if kind == "key":
        return ApiKey.objects.filter(uuid=uuid).exists()
    return ApiToken.objects.filter(uuid=uuid, expires_at__gt=clock.now()).exists()


def forget_expired() -> int:
    """Removes tokens that ended a month ago; until then their owners can see why they stopped. Returns how many."""
    removed, _ = ApiToken.objects.filter(expires_at__lt=clock.now() - EXPIRED_SHOWN_FOR).delete()
    return removed


def _require_mintable(caller: Caller, user: User) -> None:
    actions.refuse_tokens(caller)
    if caller.user_id is not None and user.pk == caller.user_id:
        return
    dominance.require_dominance(caller, user.account)


def _require_room(used: int, maximum: int, user: User, what: str) -> None:
    if used >= maximum:
        raise LimitReached(owner=user.username, maximum=maximum, resource=what, used=used, wanted=1)


def _patterns(patterns: Sequence[str]) -> list[str]:
    wanted = sorted({pattern.strip() for pattern in patterns if pattern.strip()})
    if not wanted:
        raise InvalidInput.of("patterns", "Say what the token may do, such as instance.* or volume.read.")
    names = [one.name for one in all_actions()]
    for pattern in wanted:
        if not any(Rule(pattern, True).matches(name) for name in names):
            raise InvalidInput.of("patterns", f"There is no action that {pattern[:100]} speaks of.")
        if not any(allowed(actions.token_rules([pattern]), name) for name in names):
            raise InvalidInput.of("patterns", f"A token can never do {pattern[:100]}. Leave it out.")
    return wanted


def _networks(networks: Sequence[str]) -> list[str]:
    try:
        return sorted(
            {str(ip_network(network.strip(), strict=False)) for network in networks if network.strip()}
        )
    except ValueError as error:
        raise InvalidInput.of("networks", "Use networks such as 192.0.2.0/24 or 2001:db8::/32.") from error


def _expiry(user: User, expires_at: datetime) -> datetime:
    longest = timedelta(seconds=settings_value(TOKEN_LIFETIME.name, account=user.account))
    if expires_at.tzinfo is None or expires_at <= clock.now():
        raise InvalidInput.of("expires_at", "Choose a moment in the future, with its time zone.")
    # A minute's grace, for those who ask for exactly the longest time.
    if expires_at > clock.now() + longest + timedelta(minutes=1):
        raise InvalidInput.of(
            "expires_at", f"A token may live {_days(longest)} at most. Choose an earlier end."
        )
    return expires_at


def _days(length: timedelta) -> str:
    return f"{length.days} days" if length.days > 1 else f"{int(length.total_seconds() // 3600)} hours"


def _is_welcome(token: ApiToken, request: HttpRequest) -> bool:
    return not token.networks or is_within(source_address(request), token.networks)


def _digest(text: str) -> str:
    # Plain SHA-256 is enough for what is random and long; only what people choose needs a slow hash.
    return hashlib.sha256(text.encode()).hexdigest()


def _refusal(request: HttpRequest, name: str) -> NotSignedIn:
    attempt = Attempt(PROGRAMS, name)
    throttling.require_room(request, attempt)
    throttling.count_failure(request, attempt)
    return CredentialRefused()


def _note_use(rows: QuerySet[ApiKey] | QuerySet[ApiToken], request: HttpRequest) -> None:
    moment = clock.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=moment - USE_NOTED_EVERY)
    rows.filter(stale).update(last_used_at=moment, last_used_address=source_address(request))


def _record(
    caller: Caller, event: str, user: User, sentence: str, *, after: dict[str, object] | None = None
) -> None:
    owner = user.account.owner
    about = About("user", user.uuid, user.username, owner.account_uuid, owner.domain_path)
    plans.note("credential", sentence, name=user.username)
    records.record(caller, event, about, after=after, sentence=sentence)


access.register("api-keys", lambda users: ApiKey.objects.filter(user__in=users).delete())
access.register("tokens", lambda users: ApiToken.objects.filter(user__in=users).delete())
