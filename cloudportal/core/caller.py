"""Who asks: resolved once per request, handed to every query and service, kept as a snapshot on jobs."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cloudportal.core.permissions import RoleKind, Rule, allowed


@dataclass(frozen=True)
class Owner:
    """The account that a thing belongs to, in plain values that any room may keep."""

    account_id: int
    account_uuid: UUID
    account_name: str
    domain_path: str


@dataclass(frozen=True)
class Caller:
    """A user acting for an account, possibly inside a project, with the rules that bind them.

    `owner` is the account that new things belong to: the user's own, or the project's. `rule_sets` must all
    allow an action: the role's, the project role's, a token's scope.
    """

    kind: RoleKind
    owner: Owner
    domain_id: int
    domain_path: str
    rule_sets: tuple[tuple[Rule, ...], ...]
    user_id: int | None = None
    user_uuid: UUID | None = None
    user_name: str = ""
    home: Owner | None = None
    project_uuid: UUID | None = None
    source_address: str = ""
    door: str = ""
    credential: str = ""
    values: dict[str, Any] = field(default_factory=dict, compare=False)

    def may(self, action_name: str) -> bool:
        """True where every set of rules that binds this caller allows the action."""
        return bool(self.rule_sets) and all(allowed(rules, action_name) for rules in self.rule_sets)

    @property
    def is_root_admin(self) -> bool:
        """True for callers who see every domain."""
        return self.kind is RoleKind.ROOT_ADMIN and self.project_uuid is None

    @property
    def sees_subtree(self) -> bool:
        """True for callers who see all accounts at and below their domain."""
        return self.kind is not RoleKind.USER and self.project_uuid is None

    def looks_after(self, domain_path: str) -> bool:
        """True where the domain with this path is the caller's to administer: theirs, or below it."""
        return self.is_root_admin or (self.sees_subtree and domain_path.startswith(self.domain_path))

    def snapshot(self) -> dict[str, Any]:
        """Who asked, for jobs and events: names and ids, no rules and no secrets."""
        return {
            "user_uuid": str(self.user_uuid) if self.user_uuid else None,
            "user_name": self.user_name,
            "account_uuid": str(self.owner.account_uuid),
            "account_name": self.owner.account_name,
            "domain_path": self.owner.domain_path,
            "source_address": self.source_address,
            "door": self.door,
        }
