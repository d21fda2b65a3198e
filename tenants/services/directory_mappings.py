"""What the groups of a directory mean here: mapping them to accounts, roles and domains."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from cloudportal.core.names import check_label
from cloudportal.core.permissions import RoleKind
from cloudportal.events import records
from cloudportal.events.records import About
from tenants import credential_actions as actions
from tenants import queries
from tenants.directory.groups import normal_dn
from tenants.models import Account, DirectoryAccount, DirectoryGroupMapping, DirectoryServer, Domain, Role
from tenants.services import dominance
from tenants.services.admissions import PERSONAL, SHARED_BY_GROUP


@dataclass(frozen=True, kw_only=True)
class MappingValues:
    """Where a group leads: to an `account_uuid`, or to the account that `account_name` (with {username} or {group})
    names in the domain, with a role. Without a domain it is the directory's; without a position the last.
    """

    group_dn: str
    account_uuid: UUID | str | None = None
    account_name: str = ""
    role_uuid: UUID | str | None = None
    domain_uuid: UUID | str | None = None
    position: int | None = None


@transaction.atomic
def create(caller: Caller, server: DirectoryServer, values: MappingValues) -> DirectoryGroupMapping:
    """Members of the group can sign in from now on. Nobody gives what they do not have themselves.

    Raises InvalidInput, NotFound and NotPermitted.
    """
    actions.CREATE_MAPPING.permit(caller)
    mapping = DirectoryGroupMapping(server=server)
    _apply(caller, mapping, values)
    _save(mapping)
    _record(caller, "LDAP.MAPPING.CREATE", mapping, f"Maps the group {mapping.group_dn}.")
    return mapping


@transaction.atomic
def update(caller: Caller, mapping: DirectoryGroupMapping, values: MappingValues) -> DirectoryGroupMapping:
    """Gives the mapping all of these values; people feel it at their next sign-in. Raises as `create`."""
    actions.UPDATE_MAPPING.permit(caller)
    _require_giveable(caller, mapping)
    _apply(caller, mapping, values)
    _save(mapping)
    _record(caller, "LDAP.MAPPING.UPDATE", mapping, f"Edits the mapping of the group {mapping.group_dn}.")
    return mapping


@transaction.atomic
def delete(caller: Caller, mapping: DirectoryGroupMapping) -> None:
    """Members of the group can sign in only through another mapped group from now on."""
    actions.DELETE_MAPPING.permit(caller)
    actions.refuse_tokens(caller)
    dominance.require_reach(caller, mapping, mapping.server.domain)
    _require_giveable(caller, mapping)
    _record(caller, "LDAP.MAPPING.DELETE", mapping, f"Removes the mapping of the group {mapping.group_dn}.")
    mapping.delete()


def _apply(caller: Caller, mapping: DirectoryGroupMapping, values: MappingValues) -> None:
    actions.refuse_tokens(caller)
    dominance.require_reach(caller, mapping.server, mapping.server.domain)
    mapping.group_dn = _group(values.group_dn)
    mapping.position = _position(mapping, values.position)
    if values.account_uuid:
        _lead_to_account(caller, mapping, queries.account_for(caller, values.account_uuid), values)
    else:
        _lead_to_name(caller, mapping, values)
    if not mapping.domain.path.startswith(mapping.server.domain.path):
        raise InvalidInput.of("domain_uuid", "Choose the directory's domain or one below it.")


def _lead_to_account(
    caller: Caller, mapping: DirectoryGroupMapping, account: Account, values: MappingValues
) -> None:
    if values.account_name or values.role_uuid or values.domain_uuid:
        raise InvalidInput.of(
            "account_uuid", "An account that is there has its name, domain and role already. Leave those out."
        )
    dominance.require_dominance(caller, account)
    mapping.account, mapping.domain = account, account.domain
    mapping.account_name, mapping.role = "", None


def _lead_to_name(caller: Caller, mapping: DirectoryGroupMapping, values: MappingValues) -> None:
    domain = queries.domain_for(caller, values.domain_uuid) if values.domain_uuid else mapping.server.domain
    if not values.role_uuid:
        raise InvalidInput.of("role_uuid", "Choose the role of the accounts that are made.")
    role = queries.role_for(caller, values.role_uuid)
    dominance.require_role_within(caller, role, whose="The mapping")
    if role.kind == RoleKind.ROOT_ADMIN and domain.parent_id is not None:
        raise InvalidInput.of("role_uuid", "A root administrator's role belongs in the ROOT domain.")
    mapping.account, mapping.domain, mapping.role = None, domain, role
    mapping.account_name = _account_name(mapping, domain, role, values.account_name)


def _account_name(mapping: DirectoryGroupMapping, domain: Domain, role: Role, value: str) -> str:
    plain = value.replace(PERSONAL, "x").replace(SHARED_BY_GROUP, "x")
    check_label(plain, field="account_name")
    name = value.strip()
    if plain.strip() != name:
        return name
    taken = Account.objects.filter(domain=domain, name__iexact=name).first()
    if taken and not DirectoryAccount.objects.filter(account=taken, server=mapping.server_id).exists():
        raise InvalidInput.of(
            "account_name", f"The account {name} is there already. Choose it as the account."
        )
    others = DirectoryGroupMapping.objects.filter(domain=domain, account_name__iexact=name)
    if others.exclude(pk=mapping.pk).exclude(role=role).exists():
        raise InvalidInput.of("role_uuid", f"Another group leads to {name} with another role. Use the same.")
    return name


def _group(value: str) -> str:
    try:
        group = normal_dn(value.strip())
    except ValueError:
        raise InvalidInput.of(
            "group_dn", "Use the group's distinguished name, such as cn=cloud,ou=groups,dc=example,dc=org."
        ) from None
    if len(group) > 500:
        raise InvalidInput.of("group_dn", "Use at most 500 characters.")
    return group


def _position(mapping: DirectoryGroupMapping, value: int | None) -> int:
    if value is None:
        last = mapping.server.mappings.aggregate(last=Max("position"))["last"] or 0
        return mapping.position if mapping.pk else last + 1
    if not 1 <= value <= 10_000:
        raise InvalidInput.of("position", "Use a number from 1 to 10000.")
    return value


def _require_giveable(caller: Caller, mapping: DirectoryGroupMapping) -> None:
    """What somebody greater has given is not for the caller to change."""
    if mapping.account is not None:
        dominance.require_dominance(caller, mapping.account)
    if mapping.role is not None:
        dominance.require_role_within(caller, mapping.role, whose="The mapping")


def _save(mapping: DirectoryGroupMapping) -> None:
    try:
        with transaction.atomic():
            mapping.save()
    except IntegrityError as error:
        raise InvalidInput.of("position", "Another mapping of this directory has this position.") from error


def _record(caller: Caller, event: str, mapping: DirectoryGroupMapping, sentence: str) -> None:
    plans.note("directory", sentence, name=mapping.group_dn)
    about = About("group mapping", mapping.uuid, mapping.group_dn[:255], None, mapping.server.domain.path)
    records.record(caller, event, about, after=_values(mapping), sentence=sentence)


def _values(mapping: DirectoryGroupMapping) -> dict[str, Any]:
    return {
        "position": mapping.position,
        "group_dn": mapping.group_dn,
        "domain": mapping.domain.name,
        "account": mapping.account.name if mapping.account else mapping.account_name,
        "role": mapping.role.name if mapping.role else None,
    }
