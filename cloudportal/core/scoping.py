"""The one funnel between callers and rows. A model that does not say whose its rows are cannot be asked."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID
from uuid import uuid4 as new_uuid

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models

from cloudportal.core import clock
from cloudportal.core.caller import Caller
from cloudportal.core.errors import NotFound


class Scope(ABC):
    """A model's statement of who may see its rows."""

    @abstractmethod
    def condition(self, caller: Caller) -> models.Q:
        """The rows that this caller may see."""


NOTHING = models.Q(pk__in=())
EVERYTHING = models.Q()


@dataclass(frozen=True)
class OwnedBy(Scope):
    """Rows with an owning account: `account` and `domain_path` are lookups from the row."""

    account: str = "account_id"
    domain_path: str = "account__domain__path"

    def condition(self, caller: Caller) -> models.Q:
        if caller.is_root_admin:
            return EVERYTHING
        if caller.sees_subtree:
            return models.Q(**{f"{self.domain_path}__startswith": caller.domain_path})
        return models.Q(**{self.account: self._account(caller)})

    @property
    def owner_uuid(self) -> str:
        """The lookup from a row to the uuid of its owning account."""
        return f"{self.account.removesuffix('_id')}__uuid"

    def _account(self, caller: Caller) -> Any:
        return caller.owner.account_id


@dataclass(frozen=True)
class OwnedByReference(OwnedBy):
    """As OwnedBy, for rooms below the accounts: the row keeps the account's uuid and domain path as values."""

    account: str = "account_uuid"
    domain_path: str = "domain_path"

    @property
    def owner_uuid(self) -> str:
        """The column itself."""
        return self.account

    def _account(self, caller: Caller) -> Any:
        return caller.owner.account_uuid


@dataclass(frozen=True)
class InDomain(Scope):
    """Rows that belong to a domain: admins see their subtree, users what belongs to their own domain."""

    domain_path: str = "domain__path"

    def condition(self, caller: Caller) -> models.Q:
        if caller.is_root_admin:
            return EVERYTHING
        if caller.sees_subtree:
            return models.Q(**{f"{self.domain_path}__startswith": caller.domain_path})
        return models.Q(**{self.domain_path: caller.domain_path})


@dataclass(frozen=True)
class BelowDomain(Scope):
    """Rows that are for a domain and all below it, where `when` holds; admins see those for their subtree too."""

    domain_path: str = "domain__path"
    when: models.Q = EVERYTHING

    def condition(self, caller: Caller) -> models.Q:
        if caller.is_root_admin:
            return EVERYTHING
        # What is for nobody's domain has no path and is not among them.
        shown = models.Q(**{f"{self.domain_path}__in": paths_above(caller.owner.domain_path)})
        if caller.sees_subtree:
            shown |= models.Q(**{f"{self.domain_path}__startswith": caller.domain_path})
        return shown & self.when


def paths_above(path: str) -> list[str]:
    """The path of a domain and of every domain above it: `/1/2/` gives `/1/2/` and `/1/`."""
    parts = path.strip("/").split("/")
    return [f"/{'/'.join(parts[:length])}/" for length in range(len(parts), 0, -1)]


@dataclass(frozen=True)
class RootOnly(Scope):
    """Infrastructure and settings that nobody but a root admin may see."""

    def condition(self, caller: Caller) -> models.Q:
        return EVERYTHING if caller.is_root_admin else NOTHING


@dataclass(frozen=True)
class Everyone(Scope):
    """Rows that all signed-in callers may see where `when` holds; root admins see all of them."""

    when: models.Q = EVERYTHING

    def condition(self, caller: Caller) -> models.Q:
        return EVERYTHING if caller.is_root_admin else self.when


@dataclass(frozen=True)
class AnyOf(Scope):
    """Rows that at least one of the scopes shows."""

    scopes: tuple[Scope, ...]

    def condition(self, caller: Caller) -> models.Q:
        condition = NOTHING
        for scope in self.scopes:
            one = scope.condition(caller)
            if one == EVERYTHING:
                return EVERYTHING
            condition |= one
        return condition


@dataclass(frozen=True)
class AllOf(Scope):
    """Rows that every one of the scopes shows."""

    scopes: tuple[Scope, ...]

    def condition(self, caller: Caller) -> models.Q:
        condition = EVERYTHING
        for scope in self.scopes:
            condition &= scope.condition(caller)
        return condition


class Unscoped(TypeError):
    """A model without a scope was asked for a caller's rows: a mistake of ours, never an empty list."""


M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that can be narrowed to what a caller may see."""

    def for_caller(self, caller: Caller) -> Self:
        """The caller's rows. Raises Unscoped for a model that names no `scope`."""
        scope = getattr(self.model, "scope", None)
        if not isinstance(scope, Scope):
            raise Unscoped(f"{self.model.__name__} does not say whose its rows are.")
        return self.filter(scope.condition(caller))

    def one(self, uuid: UUID | str, *, noun: str | None = None) -> M:
        """The row with this uuid. Raises NotFound, the same for a stranger's row as for none."""
        name = noun or str(self.model._meta.verbose_name)
        try:
            return self.get(uuid=uuid)
        except (ObjectDoesNotExist, ValidationError, ValueError, TypeError) as error:
            raise NotFound(noun=name, uuid=uuid) from error


class ScopedModel(models.Model):
    """A table with a scope, a public uuid for every row, and the row's time of birth."""

    scope: ClassVar[Scope]

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True
