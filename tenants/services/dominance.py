"""Who may change whom: an actor must reach the target's domain, and be allowed everything that the target is."""

from typing import Any

from cloudportal.core.caller import Caller
from cloudportal.core.errors import NotFound, NotPermitted
from cloudportal.core.permissions import RoleKind
from tenants.models import Account, Domain, Role
from tenants.roles import actions_beyond, allowed_actions


def has_reach(caller: Caller, domain: Domain) -> bool:
    """True where the caller looks after the domain."""
    return caller.looks_after(domain.path)


def require_reach(caller: Caller, row: Any, domain: Domain) -> None:
    """Returns where the caller looks after the domain that the row is in; raises NotFound for the row otherwise."""
    if has_reach(caller, domain):
        return
    raise NotFound(noun=str(row._meta.verbose_name), uuid=row.uuid)


def require_below(caller: Caller, domain: Domain) -> None:
    """Returns where the domain is in the caller's reach and not their own: nobody lifts the roof they sit under.

    Raises NotFound or NotPermitted.
    """
    require_reach(caller, domain, domain)
    if not caller.is_root_admin and domain.pk == caller.domain_id:
        raise NotPermitted(
            f"{domain.name} is your own domain. An administrator of a domain above it can change it."
        )


def require_dominance(caller: Caller, account: Account) -> None:
    """Returns where the caller may change the account, its users, and whatever signs in for them.

    That takes a role of at least the same kind, a domain at or above the account's, and a permission for
    everything that the account's role allows: otherwise changing it, or minting a key for it, would be a way
    to more. Raises NotFound or NotPermitted.
    """
    require_reach(caller, account, account.domain)
    require_role_within(caller, account.role, whose=f"The account {account.name}")


def require_role_within(caller: Caller, role: Role, *, whose: str) -> None:
    """Returns where the role gives nothing that the caller does not have. Raises NotPermitted."""
    is_greater = RoleKind(role.kind).rank > caller.kind.rank
    beyond = actions_beyond(caller, allowed_actions(role))
    if not is_greater and not beyond:
        return
    raise NotPermitted(
        f"{whose} has the role {role.name}, which may do more than you. Ask somebody who may do at least as much.",
        role=role.name,
        actions=beyond[:20],
    )


def is_own_account(caller: Caller, account: Account) -> bool:
    """True for the account that the caller signed in for."""
    return account.pk == (caller.home or caller.owner).account_id


def require_other_account(caller: Caller, account: Account, *, action: str) -> None:
    """Returns for accounts other than the caller's own. Raises NotPermitted."""
    if is_own_account(caller, account):
        raise NotPermitted(
            f"You cannot {action} the account that you are signed in for. Ask another administrator."
        )
