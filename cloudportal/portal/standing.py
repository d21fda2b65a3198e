"""How far the caller sees on pages: inside a project everybody is a member like the others."""

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind


def stands_at(caller: Caller, least: RoleKind) -> bool:
    """True where something that is meant for this kind of role and above is meant for the caller."""
    rank = RoleKind.USER.rank if caller.project_uuid is not None else caller.kind.rank
    return rank >= least.rank
