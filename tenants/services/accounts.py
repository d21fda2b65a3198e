"""Accounts: making and editing them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from cloudportal.core.names import check_label
from cloudportal.core.permissions import RoleKind
from cloudportal.events import records
from cloudportal.events.records import About
from tenants import actions, queries, states
from tenants.models import Account, Counter, Domain, Role, User
from tenants.names import check_network_suffix
from tenants.services import dominance, limits, users
from tenants.services.foundation import is_foundation
from tenants.services.limit_maxima import defaults_of
from tenants.services.users import NewUser


@dataclass(frozen=True)
class NewAccount:
    """What an account begins as, perhaps with a first user."""

    name: str
    role_uuid: UUID | str
    network_suffix: str = ""
    first_user: NewUser | None = None


@dataclass(frozen=True)
class AccountChanges:
    """What of an account is to be different; None leaves it."""

    name: str | None = None
    role_uuid: UUID | str | None = None
    network_suffix: str | None = None


def create(caller: Caller, domain: Domain, values: NewAccount) -> Account:
    """An account in the domain, with its counters and its first user where one is given, in one transaction.

    Its role allows nothing that the caller may not do. Raises InvalidInput, NotFound, NotPermitted, Conflict.
    """
    actions.CREATE_ACCOUNT.permit(caller)
    dominance.require_reach(caller, domain, domain)
    role = _role(caller, values.role_uuid, domain)
    draft = None
    if values.first_user is not None:
        actions.CREATE_USER.permit(caller)
        draft = users.drafted(domain, values.first_user)
    with transaction.atomic():
        return _insert(caller, domain, role, values, draft)


def _insert(caller: Caller, domain: Domain, role: Role, values: NewAccount, draft: User | None) -> Account:
    require_domain_open(domain)
    name = _free_name(domain, values.name)
    account = add_row(
        Account(
            name=name, domain=domain, role=role, network_suffix=check_network_suffix(values.network_suffix)
        )
    )
    sentence = f"Creates the account {name} in {domain.name}."
    _record(caller, "ACCOUNT.CREATE", account, sentence, after=_values(account))
    if draft is not None:
        users.insert(caller, account, draft)
    return account


def require_domain_open(domain: Domain) -> None:
    """Returns while new things may be made in the domain, which stays locked until the transaction ends: deleting a
    domain and adding to it exclude each other. Raises NotFound or Conflict.
    """
    state = Domain.objects.select_for_update().filter(pk=domain.pk).values_list("state", flat=True).first()
    if state is None:
        raise NotFound(noun="domain", uuid=domain.uuid)
    if state != states.ENABLED:
        raise Conflict(f"The domain {domain.name} is being deleted, so nothing new can be made in it.")


def add_row(account: Account) -> Account:
    """The account's row and counters. Raises InvalidInput where the name is taken."""
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as error:
        raise _taken(account.name) from error
    limits.make_counters(Counter.ACCOUNT, account.pk, defaults_of(account))
    return account


@transaction.atomic
def update(caller: Caller, account: Account, changes: AccountChanges) -> Account:
    """Renames an account, or gives it another role, which ends its users' sessions.

    Raises InvalidInput, NotFound, NotPermitted, Conflict.
    """
    actions.UPDATE_ACCOUNT.permit(caller)
    require_changeable(caller, account)
    before = _values(account)
    # Only what was asked for is saved: the row may be older than somebody else's change of the rest.
    changed = _apply(caller, account, changes)
    try:
        with transaction.atomic():
            account.save(update_fields=changed)
    except IntegrityError as error:
        raise _taken(account.name) from error
    sentence = f"Edits the account {account.name}."
    _record(caller, "ACCOUNT.UPDATE", account, sentence, before=before, after=_values(account))
    return account


def _apply(caller: Caller, account: Account, changes: AccountChanges) -> list[str]:
    """The names of the fields that are different now."""
    changed = []
    if changes.name is not None and changes.name.strip() != account.name:
        _require_not_foundation(account, "renamed")
        account.name = _free_name(account.domain, changes.name, except_for=account)
        changed.append("name")
    if changes.network_suffix is not None:
        account.network_suffix = check_network_suffix(changes.network_suffix)
        changed.append("network_suffix")
    if changes.role_uuid is not None and _give_role(caller, account, changes.role_uuid):
        changed.append("role")
    return changed


def require_changeable(caller: Caller, account: Account) -> None:
    """Returns for an account of people that the caller dominates. Raises NotFound or NotPermitted."""
    if account.is_project:
        raise NotFound(noun="account", uuid=account.uuid)
    dominance.require_dominance(caller, account)


def _give_role(caller: Caller, account: Account, role_uuid: UUID | str) -> bool:
    """True where it is another role than before."""
    role = _role(caller, role_uuid, account.domain)
    if role.pk == account.role_id:
        return False
    _require_not_foundation(account, "given another role")
    dominance.require_other_account(caller, account, action="change the role of")
    account.role = role
    return True


def _role(caller: Caller, role_uuid: UUID | str, domain: Domain) -> Role:
    role = queries.role_for(caller, role_uuid)
    dominance.require_role_within(caller, role, whose="The account")
    if role.kind == RoleKind.ROOT_ADMIN and domain.parent_id is not None:
        raise InvalidInput.of(
            "role_uuid", "Accounts with a root administrator's role belong in the ROOT domain."
        )
    return role


def _require_not_foundation(account: Account, what: str) -> None:
    if is_foundation(account):
        raise NotPermitted(f"The account {account.name} of ROOT is the portal's own and cannot be {what}.")


def _free_name(domain: Domain, value: str, *, except_for: Account | None = None) -> str:
    name = check_label(value)
    others = Account.objects.filter(domain=domain, name__iexact=name)
    if (others.exclude(pk=except_for.pk) if except_for else others).exists():
        raise _taken(name)
    return name


def _taken(name: str) -> InvalidInput:
    return InvalidInput.of("name", f"There is an account called {name} in this domain already.")


def _values(account: Account) -> dict[str, Any]:
    return {"name": account.name, "role": account.role.name, "network_suffix": account.network_suffix}


def _record(
    caller: Caller,
    event: str,
    account: Account,
    sentence: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    plans.note("account", sentence, name=account.name)
    records.record(
        caller, event, About.of(account, account.owner), before=before, after=after, sentence=sentence
    )
