"""From credentials to a Caller. The one place where a user becomes somebody who asks."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from cloudportal.core.caller import Caller, Owner
from cloudportal.core.permissions import RoleKind, Rule
from tenants.addresses import source_address
from tenants.models import Account, Domain, User
from tenants.roles import rules_of


def caller_of(
    user: User,
    *,
    door: str = "",
    address: str = "",
    credential: str = "session",
    scope: tuple[Rule, ...] | None = None,
    session_key: str | None = None,
    named: str = "",
) -> Caller:
    """The caller that this user is, acting for their own account. `scope` narrows what a token may do; of a session's
    key the caller knows the digest, and of a key or token what it is `named` (`credentials.name_of`), so that what is
    made for it can be told from what is not, and can end with it.
    """
    account = user.account
    rule_sets = (rules_of(account.role),) if scope is None else (rules_of(account.role), scope)
    return Caller(
        kind=RoleKind(account.role.kind),
        owner=account.owner,
        home=account.owner,
        domain_id=account.domain_id,
        domain_path=account.domain.path,
        rule_sets=rule_sets,
        user_id=user.pk,
        user_uuid=user.uuid,
        user_name=user.username,
        source_address=address,
        door=door,
        credential=credential,
        values=_values(session_key, named),
    )


def _values(session_key: str | None, named: str) -> dict[str, str]:
    values = {"credential": named} if named else {}
    return {**values, "session": hashlib.sha256(session_key.encode()).hexdigest()} if session_key else values


def system_caller(account: Account | None = None) -> Caller:
    """The portal itself, for regular work and seeding. It may do everything and is named `system` in events."""
    if account is None:
        account = Account.objects.select_related("domain").get(domain__parent=None, name="admin")
    owner: Owner = account.owner
    return Caller(
        kind=RoleKind.ROOT_ADMIN,
        owner=owner,
        home=owner,
        domain_id=account.domain_id,
        domain_path=account.domain.path,
        rule_sets=((Rule("*", True),),),
        user_name="system",
        door="system",
        credential="system",
    )


def users_with_account() -> Any:
    """Users with everything that `caller_of` reads, in one query."""
    return User.objects.select_related("account__domain", "account__role").prefetch_related(
        "account__role__rules"
    )


class LocalPasswords(BaseBackend):
    """Passwords kept here, as argon2 hashes."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        domain: Domain | None = None,
        **_: Any,
    ) -> User | None:
        """The enabled local user of that domain with that password, or None, in the same time for either."""
        if not username or not password:
            return None
        # Without the role's lines, which would be one query more for those who exist.
        users = User.objects.select_related("account__domain", "account__role")
        domain_id = domain.pk if domain else 0
        user = users.filter(username=username.lower(), domain_id=domain_id, source="local").first()
        if user is None:
            # As slow as a wrong password, so that names cannot be told apart by the clock.
            make_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """The user of a session, while it may sign in."""
        user = users_with_account().filter(pk=user_id).first()
        return user if user is not None and user.is_active else None


class CallerMiddleware:
    """Puts the Caller of a signed-in session on the request, resolved when first asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.caller = SimpleLazyObject(lambda: _session_caller(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def _session_caller(request: HttpRequest) -> Caller | None:
    if not request.user.is_authenticated:
        return None
    session_key = request.session.session_key
    return caller_of(request.user, door="portal", address=source_address(request), session_key=session_key)
