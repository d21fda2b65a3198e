"""Ordered allow/deny rules over action names. The first match decides; no match is a no."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Rule:
    """One line of a role: `pattern` is an action name with `*` wildcards, as in `instance.*`."""

    pattern: str
    allows: bool

    def matches(self, action_name: str) -> bool:
        """True where this line speaks of the action."""
        return fnmatchcase(action_name, self.pattern)


def allowed(rules: Iterable[Rule], action_name: str) -> bool:
    """What the first matching rule says, else False."""
    for rule in rules:
        if rule.matches(action_name):
            return rule.allows
    return False


class RoleKind(StrEnum):
    """How far a caller sees: CloudStack's four account types."""

    ROOT_ADMIN = "root-admin"
    RESOURCE_ADMIN = "resource-admin"
    DOMAIN_ADMIN = "domain-admin"
    USER = "user"

    @property
    def rank(self) -> int:
        """Greater ranks dominate lesser ones."""
        return {"user": 0, "domain-admin": 1, "resource-admin": 2, "root-admin": 3}[self.value]
