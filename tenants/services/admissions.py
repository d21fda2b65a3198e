"""Letting people from a directory in: which account their groups lead to, made and kept up to date at each sign-in."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from cloudportal.core.caller import Caller
from cloudportal.core.errors import PortalError
from cloudportal.events import records
from cloudportal.events.records import About
from tenants.authentication import system_caller
from tenants.directory import groups
from tenants.directory.people import Person
from tenants.models import (
    Account,
    DirectoryAccount,
    DirectoryGroupMapping,
    DirectoryIdentity,
    DirectoryServer,
    Domain,
    User,
)
from tenants.names import check_email, check_username
from tenants.services import access, accounts, users
from tenants.services.accounts import AccountChanges, NewAccount
from tenants.services.users import NewUser

PERSONAL = "{username}"
SHARED_BY_GROUP = "{group}"


class NotAdmitted(Exception):
    """The directory vouches for them, and still they may not come in; the message tells an operator why."""


def admit(server: DirectoryServer, person: Person, domain: Domain) -> User:
    """The user that this person is here, signing in at `domain`, with today's account, role, domain and attributes.

    Made on first sign-in. Raises NotAdmitted, and then whatever they still had here has ended.
    """
    try:
        return _admitted_despite_races(server, person, domain)
    except NotAdmitted:
        with transaction.atomic():
            access.end_access(_users_of(server).filter(directory_identity__external_id=person.external_id))
        raise


def dismiss(server: DirectoryServer, dn: str) -> None:
    """Ends what a person whom the directory has disabled still had here."""
    with transaction.atomic():
        access.end_access(_users_of(server).filter(directory_dn=dn))


def mapping_of(server: DirectoryServer, person: Person) -> DirectoryGroupMapping | None:
    """The first of the server's mappings whose group the person is in."""
    mappings = server.mappings.select_related("domain", "role", "account__domain", "account__role")
    return next((one for one in mappings.order_by("position") if one.group_dn in person.groups), None)


def account_name_of(mapping: DirectoryGroupMapping, person: Person) -> str:
    """What the account is called that the mapping leads this person to."""
    group = groups.first_name_of(mapping.group_dn)
    return mapping.account_name.replace(PERSONAL, _username(person)).replace(SHARED_BY_GROUP, group)


def _admitted_despite_races(server: DirectoryServer, person: Person, domain: Domain) -> User:
    try:
        return _admitted(server, person, domain)
    except (PortalError, IntegrityError):
        # Perhaps somebody else made the same account or user just now: then this time they are found.
        pass
    try:
        return _admitted(server, person, domain)
    except PortalError as refusal:
        raise NotAdmitted(refusal.detail) from refusal
    except IntegrityError as fault:
        raise NotAdmitted(f"Somebody else is called {person.username} here already.") from fault


@transaction.atomic
def _admitted(server: DirectoryServer, person: Person, domain: Domain) -> User:
    mapping = mapping_of(server, person)
    if mapping is None:
        raise NotAdmitted("None of their groups is mapped.")
    if domain.pk not in (server.domain_id, mapping.domain_id):
        raise NotAdmitted(f"Their groups lead to the domain {mapping.domain.name}.")
    caller = system_caller()
    account = _account(caller, mapping, person)
    identity = server.identities.filter(external_id=person.external_id).select_related("user").first()
    if identity is None:
        user = _new_user(caller, server, person, account)
    else:
        user = _refreshed(caller, identity.user, person, account)
    if not user.is_active:
        raise NotAdmitted("The user or the account is disabled here.")
    return user


def _account(caller: Caller, mapping: DirectoryGroupMapping, person: Person) -> Account:
    if mapping.account is not None:
        return mapping.account
    name = account_name_of(mapping, person)
    owner_id = person.external_id if PERSONAL in mapping.account_name else ""
    found = Account.objects.filter(domain=mapping.domain, name__iexact=name)
    account = found.select_related("domain", "role").first()
    if account is None:
        return _new_account(caller, mapping, name, owner_id)
    mark = DirectoryAccount.objects.filter(account=account, server=mapping.server_id).first()
    if mark is None or mark.external_id != owner_id:
        raise NotAdmitted(f"The account {name} is there already, and was not made for them.")
    if account.role_id != mapping.role_id:
        accounts.update(caller, account, AccountChanges(role_uuid=_role_uuid(mapping)))
    return account


def _new_account(caller: Caller, mapping: DirectoryGroupMapping, name: str, owner_id: str) -> Account:
    account = accounts.create(caller, mapping.domain, NewAccount(name, _role_uuid(mapping)))
    DirectoryAccount.objects.create(server_id=mapping.server_id, account=account, external_id=owner_id)
    return account


def _role_uuid(mapping: DirectoryGroupMapping) -> str:
    if mapping.role is None:
        raise NotAdmitted("The group's mapping has no role.")
    return str(mapping.role.uuid)


def _new_user(caller: Caller, server: DirectoryServer, person: Person, account: Account) -> User:
    values = NewUser(
        username=person.username,
        email=_email(person),
        first_name=person.first_name[:100],
        last_name=person.last_name[:100],
    )
    user = users.create(caller, account, values, directory_dn=person.dn[:500])
    DirectoryIdentity.objects.create(server=server, external_id=person.external_id, user=user)
    return user


def _refreshed(caller: Caller, user: User, person: Person, account: Account) -> User:
    before, shown_before = _kept(user), _shown(user)
    user.username = _username(person)
    user.email = _email(person)
    user.first_name, user.last_name = person.first_name[:100], person.last_name[:100]
    user.directory_dn = person.dn[:500]
    user.account, user.domain = account, account.domain
    after, shown_after = _kept(user), _shown(user)
    # By ids: an account or domain elsewhere may have the same name, and is another one all the same.
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        user.save(update_fields=changed)
        told = {name: shown_before[name] for name in changed}
        _record_change(caller, user, told, {name: shown_after[name] for name in changed})
    return user


def _record_change(caller: Caller, user: User, before: dict[str, str], after: dict[str, str]) -> None:
    owner = user.account.owner
    records.record(
        caller,
        "USER.UPDATE",
        About("user", user.uuid, user.username, owner.account_uuid, owner.domain_path),
        before=before,
        after=after,
        sentence=f"The directory describes {user.username} anew.",
    )


def _kept(user: User) -> dict[str, Any]:
    return {**_described(user), "account": user.account_id, "domain": user.domain_id}


def _shown(user: User) -> dict[str, str]:
    return {**_described(user), "account": user.account.name, "domain": user.domain.name}


def _described(user: User) -> dict[str, str]:
    return {
        "username": user.username,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "directory_dn": user.directory_dn,
    }


def _username(person: Person) -> str:
    return check_username(person.username)


def _email(person: Person) -> str:
    try:
        return check_email(person.email)
    except PortalError:
        # A mail address that nobody can write to is no reason to keep its owner out.
        return ""


def _users_of(server: DirectoryServer) -> QuerySet[User]:
    return User.objects.filter(directory_identity__server=server)
