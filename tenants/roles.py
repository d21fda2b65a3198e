"""From roles to rules: the built-in ones follow the declared actions, the others their own lines."""

from collections.abc import Iterable

from cloudportal.core.actions import Action, all_actions
from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind, Rule, allowed
from tenants import actions
from tenants.models import Role

# What concerns nobody but whoever does it: read-only roles have it too.
PERSONAL = frozenset({actions.UPDATE_PROFILE.name})

BUILTIN = (
    ("Root Admin", RoleKind.ROOT_ADMIN, False, "Everything, everywhere."),
    ("Resource Admin", RoleKind.RESOURCE_ADMIN, False, "All resources at and below the own domain."),
    (
        "Domain Admin",
        RoleKind.DOMAIN_ADMIN,
        False,
        "Accounts, users and resources at and below the own domain.",
    ),
    ("User", RoleKind.USER, False, "The own account's resources."),
    ("Read-Only Admin", RoleKind.ROOT_ADMIN, True, "Sees everything, changes nothing."),
    (
        "Read-Only Resource Admin",
        RoleKind.RESOURCE_ADMIN,
        True,
        "Sees the domain's resources, changes nothing.",
    ),
    ("Read-Only Domain Admin", RoleKind.DOMAIN_ADMIN, True, "Sees the own domain, changes nothing."),
    ("Read-Only User", RoleKind.USER, True, "Sees the own account's resources, changes nothing."),
)


def rules_of(role: Role) -> tuple[Rule, ...]:
    """The role's ordered rules as they bind. A built-in role has one line for each action that it has; a made one has
    its own lines, whose wildcards for every noun stay within the role's kind.
    """
    kind = RoleKind(role.kind)
    if not role.is_builtin:
        return tuple(rule for line in role.rules.all() for rule in _within(kind, line.rule))
    if kind is RoleKind.ROOT_ADMIN and not role.is_read_only:
        return (Rule("*", True),)
    return tuple(Rule(one.name, True) for one in all_actions() if _has(kind, role.is_read_only, one))


def allowed_actions(role: Role) -> frozenset[str]:
    """The names of all declared actions that the role allows."""
    return allowed_by(rules_of(role))


def allowed_by(rules: Iterable[Rule]) -> frozenset[str]:
    """The names of all declared actions that these ordered rules allow."""
    lines = tuple(rules)
    return frozenset(one.name for one in all_actions() if allowed(lines, one.name))


def actions_beyond(caller: Caller, names: Iterable[str]) -> list[str]:
    """Those of the actions that the caller may not do, in order."""
    return sorted(name for name in names if not caller.may(name))


def _within(kind: RoleKind, rule: Rule) -> tuple[Rule, ...]:
    # Whoever writes `*` for tenants thinks of what tenants do. What is beyond their kind, such as building zones, must
    # be named by its noun.
    names_its_noun = not set("*?[") & set(rule.pattern.partition(".")[0])
    if kind is RoleKind.ROOT_ADMIN or not rule.allows or names_its_noun:
        return (rule,)
    return tuple(
        Rule(one.name, True)
        for one in all_actions()
        if one.least.rank <= kind.rank and rule.matches(one.name)
    )


def _has(kind: RoleKind, is_read_only: bool, action: Action) -> bool:
    is_harmless = action.reads or action.name in PERSONAL
    return action.least.rank <= kind.rank and (is_harmless or not is_read_only)
