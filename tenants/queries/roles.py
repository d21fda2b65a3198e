"""The ways to find roles."""

from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.core.scoping import ScopedQuerySet
from tenants import actions
from tenants.models import Role
from tenants.roles import actions_beyond, allowed_actions


def roles_for(caller: Caller) -> ScopedQuerySet[Role]:
    """Roles of the caller's kind and humbler ones, with their rules."""
    actions.READ_ROLE.permit(caller)
    kinds = [kind.value for kind in RoleKind if kind.rank <= caller.kind.rank]
    return Role.objects.for_caller(caller).filter(kind__in=kinds).prefetch_related("rules")


def role_for(caller: Caller, uuid: UUID | str) -> Role:
    """One of them. Raises NotFound."""
    return roles_for(caller).one(uuid)


def assignable_roles_for(caller: Caller) -> list[Role]:
    """Those that the caller may give to an account: none allows what the caller may not do."""
    return [role for role in roles_for(caller) if not actions_beyond(caller, allowed_actions(role))]
