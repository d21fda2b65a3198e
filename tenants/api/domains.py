"""Domains and accounts at the REST door."""

from typing import Any

from rest_framework import serializers

from cloudportal.api.calls import into, working
from cloudportal.api.filters import FLAG, Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource, Verb
from cloudportal.api.shapes import NamedShape, Password, Reference, RowShape, Text, Values
from cloudportal.core.caller import Caller
from tenants import actions, queries, states
from tenants.models import Account, Domain
from tenants.services import account_states, accounts, domains
from tenants.services.accounts import AccountChanges, NewAccount
from tenants.services.domains import DomainChanges, NewDomain
from tenants.services.users import NewUser

DOMAIN_STATES = tuple(sorted(states.DOMAIN.states))
ACCOUNT_STATES = tuple(sorted(states.ACCOUNT.states))


class DomainShape(RowShape):
    """A node of the tree of domains."""

    name = serializers.CharField()
    path = serializers.CharField(source="path_in_words", help_text="As in ROOT/east/sales.")
    parent = NamedShape(source="visible_parent", allow_null=True)
    state = serializers.ChoiceField(choices=DOMAIN_STATES)
    network_suffix = serializers.CharField()


class EditDomain(Values):
    """What may be changed about a domain."""

    name = Text(max_length=100)
    network_suffix = Text(max_length=100, required=False, allow_blank=True)


class CreateDomain(EditDomain):
    """A domain as its maker wants it."""

    parent = Reference()  # type: ignore[assignment]


class AccountShape(RowShape):
    """An owner of resources."""

    name = serializers.CharField()
    domain = NamedShape()
    role = NamedShape()
    kind = serializers.CharField(source="role.kind")
    state = serializers.ChoiceField(choices=ACCOUNT_STATES)
    network_suffix = serializers.CharField()


class FirstUser(Values):
    """The first user of a new account."""

    username = Text(max_length=150)
    email = Text(max_length=254, required=False, allow_blank=True)
    first_name = Text(max_length=100, required=False, allow_blank=True)
    last_name = Text(max_length=100, required=False, allow_blank=True)
    timezone = Text(max_length=60, required=False)
    password = Password(max_length=1000, required=False)


class EditAccount(Values):
    """What may be changed about an account."""

    name = Text(max_length=100)
    role = Reference(source="role_uuid")
    network_suffix = Text(max_length=100, required=False, allow_blank=True)


class CreateAccount(EditAccount):
    """An account as its maker wants it, perhaps with a first user."""

    domain = Reference()
    first_user = FirstUser(required=False)


def _complete(caller: Caller, rows: list[Any]) -> None:
    words = queries.domain_paths(caller, rows)
    for domain in rows:
        domain.path_in_words = words[domain.pk]
        # What lies above the caller's own domain is not theirs to see.
        domain.visible_parent = domain.parent if words.get(domain.pk, "").count("/") else None


def _create_domain(caller: Caller, values: dict[str, Any]) -> Domain:
    parent = queries.domain_for(caller, values.pop("parent"))
    return domains.create(caller, parent, NewDomain(**values))


def _create_account(caller: Caller, values: dict[str, Any]) -> Account:
    domain = queries.domain_for(caller, values.pop("domain"))
    first_user = values.pop("first_user", None)
    new = NewAccount(**values, first_user=NewUser(**first_user) if first_user else None)
    return accounts.create(caller, domain, new)


def _delete_domain(caller: Caller, domain: Domain, *, with_contents: bool = False) -> Any:
    return working(lambda: domains.delete(caller, domain, with_contents=with_contents))()


DOMAINS = Resource(
    path="domains",
    noun="domain",
    shape=DomainShape,
    read=actions.READ_DOMAIN,
    rows=queries.domains_for,
    row=queries.domain_for,
    complete=_complete,
    filters=(Filter("name"), by_text(), Filter("state", choices=DOMAIN_STATES), by_uuid("parent")),
    orderings=("name", "path", "created_at", "state"),
    changes=(
        Create(CreateDomain, _create_domain, actions.CREATE_DOMAIN),
        Edit(EditDomain, into(DomainChanges, domains.update), actions.UPDATE_DOMAIN),
        Remove(
            _delete_domain,
            actions.DELETE_DOMAIN,
            works=True,
            options=(Filter("with_contents", kind=FLAG, help="true deletes everything in it as well."),),
        ),
    ),
)

ACCOUNTS = Resource(
    path="accounts",
    noun="account",
    shape=AccountShape,
    read=actions.READ_ACCOUNT,
    rows=queries.accounts_for,
    row=queries.account_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("state", choices=ACCOUNT_STATES),
        by_uuid("domain"),
        by_uuid("role"),
        Filter("kind", "role__kind"),
    ),
    orderings=("name", "created_at", "state"),
    changes=(
        Create(CreateAccount, _create_account, actions.CREATE_ACCOUNT),
        Edit(EditAccount, into(AccountChanges, accounts.update), actions.UPDATE_ACCOUNT),
        Remove(working(account_states.delete), actions.DELETE_ACCOUNT, works=True),
        Verb("enable", account_states.enable, actions.ENABLE_ACCOUNT, summary="Let its users sign in again"),
        Verb("lock", account_states.lock, actions.LOCK_ACCOUNT, summary="Keep what runs, start nothing new"),
        Verb(
            "disable", account_states.disable, actions.DISABLE_ACCOUNT, summary="Sign out its users, stop all"
        ),
    ),
)
