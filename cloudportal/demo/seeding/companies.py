"""The companies of the demonstration: domains, accounts, the people whom the portal itself knows, and limits."""

from collections.abc import Callable
from dataclasses import dataclass

from cloudportal.core.caller import Caller
from cloudportal.demo.personas import DOMAIN_ADMIN, NEIGHBOUR, ROOT_ADMIN, TENANT, Persona
from cloudportal.demo.seeding.finding import ensure
from tenants import queries
from tenants.models import Account, Domain, Role, User
from tenants.resources import Resource
from tenants.services import accounts, domains, limit_maxima, users
from tenants.services.accounts import NewAccount
from tenants.services.domains import NewDomain
from tenants.services.foundation import ADMIN_ACCOUNT, ensure_foundation
from tenants.services.users import NewUser

# Enough to play with, and little enough that somebody who plays meets a limit.
MAXIMA = {Resource.INSTANCES: 10, Resource.CPUS: 20, Resource.MEMORY_MIB: 8192}


@dataclass(frozen=True)
class Companies:
    """Two companies that know nothing of each other; the first has a department and a directory."""

    root: Domain
    acme: Domain
    research: Domain
    globex: Domain


def ensure_companies(caller: Caller, password: Callable[[str], str], *, has_directory: bool) -> Companies:
    """The domains with an administrator and a neighbour in them, whose passwords are asked for by their names.

    Without a directory, who would come from there is known here.
    """
    root = ensure_foundation()
    acme = _domain(caller, root, "acme")
    companies = Companies(root, acme, _domain(caller, acme, "research"), _domain(caller, root, "globex"))
    admin_account = queries.accounts_for(caller).get(domain=root, name=ADMIN_ACCOUNT)
    _user(caller, admin_account, ROOT_ADMIN, password)
    _user(caller, _account(caller, acme, "administration", "Domain Admin"), DOMAIN_ADMIN, password)
    _user(caller, _account(caller, companies.globex, "globex", "User"), NEIGHBOUR, password)
    if not has_directory:
        _user(caller, _account(caller, acme, "engineering", "User"), TENANT, password)
    return companies


def role_named(caller: Caller, name: str) -> Role:
    """One of the built-in roles."""
    return queries.roles_for(caller).get(name=name, is_builtin=True)


def _domain(caller: Caller, parent: Domain, name: str) -> Domain:
    def make() -> Domain:
        domain = domains.create(caller, parent, NewDomain(name))
        for resource, maximum in MAXIMA.items():
            limit_maxima.set_maximum(caller, domain, resource, maximum)
        return domain

    return ensure(queries.domains_for(caller).filter(parent=parent, name=name), make)


def _account(caller: Caller, domain: Domain, name: str, role: str) -> Account:
    values = NewAccount(name, role_named(caller, role).uuid)
    found = queries.accounts_for(caller).filter(domain=domain, name=name)
    return ensure(found, lambda: accounts.create(caller, domain, values))


def _user(caller: Caller, account: Account, persona: Persona, password: Callable[[str], str]) -> User:
    found = queries.users_for(caller).filter(domain=account.domain, username=persona.username)
    values = NewUser(persona.username, password=password(persona.username))
    return ensure(found, lambda: users.create(caller, account, values))
