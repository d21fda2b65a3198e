"""How much is in use, how much may be, and which level says so."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models

from cloudportal.core.caller import Caller
from cloudportal.core.errors import NotFound
from tenants import actions
from tenants.models import Account, Counter, Domain
from tenants.resources import Resource

# How a domain is called that lies above somebody's own, whose name is not theirs to know.
ABOVE = "A domain above yours"


@dataclass(frozen=True)
class Level:
    """One counter's owner on the path from an account up to ROOT."""

    level: str
    owner_id: int
    name: str
    depth: int


@dataclass(frozen=True)
class Limit:
    """One resource at one level. `maximum` is this level's own; `effective` is the lowest from here up to ROOT,
    and `bound_by` names the level that sets it. None means no limit.
    """

    resource: Resource
    used: int
    maximum: int | None
    effective: int | None
    bound_by: str

    @property
    def is_inherited(self) -> bool:
        """True where a level above is what binds."""
        return self.effective is not None and self.effective != self.maximum

    @property
    def share(self) -> float:
        """How much of what may be used is used: 0 to 1, and 0 without a limit."""
        if self.effective is None:
            return 0.0
        return min(1.0, self.used / self.effective) if self.effective else 1.0


def path_of(owner: Account | Domain) -> list[Level]:
    """As levels: the account and its domain, or the domain, and every domain above up to ROOT, from the leaf."""
    domain = owner.domain if isinstance(owner, Account) else owner
    ids = domain.ancestor_ids
    names = dict(Domain.objects.filter(pk__in=ids).values_list("pk", "name"))
    above = [Level(Counter.DOMAIN, pk, f"The domain {names[pk]}", depth) for depth, pk in enumerate(ids)]
    if isinstance(owner, Domain):
        return above[::-1]
    own = Level(Counter.ACCOUNT, owner.pk, owner.called, len(ids))
    return [own, *above[::-1]]


def counters_of(levels: Iterable[Level]) -> list[Counter]:
    """The counters at these levels."""
    condition = models.Q(pk__in=())
    for level in levels:
        condition |= models.Q(level=level.level, owner_id=level.owner_id)
    return list(Counter.objects.filter(condition).order_by("resource", "level"))


def limits_for(caller: Caller, owner: Account | Domain) -> list[Limit]:
    """Every resource of an account or a domain, in two queries. Raises NotFound for one that is not the caller's."""
    actions.READ_LIMIT.permit(caller)
    _require_sight(caller, owner)
    path = path_of(owner)
    counters = {(one.level, one.owner_id, one.resource): one for one in counters_of(path)}
    return [_limit(caller, resource, path, counters) for resource in Resource]


def _require_sight(caller: Caller, owner: Account | Domain) -> None:
    domain = owner.domain if isinstance(owner, Account) else owner
    is_own = isinstance(owner, Account) and owner.pk == caller.owner.account_id
    if not (is_own or caller.looks_after(domain.path)):
        raise NotFound(noun=str(owner._meta.verbose_name), uuid=owner.uuid)


def _limit(
    caller: Caller, resource: Resource, path: list[Level], counters: dict[tuple[str, int, str], Counter]
) -> Limit:
    at = [(level, counters.get((level.level, level.owner_id, resource.value))) for level in path]
    own = at[0][1]
    bounds = [(found.maximum, level) for level, found in at if found and found.maximum is not None]
    effective, binding = min(bounds, key=lambda one: one[0], default=(None, None))
    return Limit(
        resource=resource,
        used=own.used if own else 0,
        maximum=own.maximum if own else None,
        effective=effective,
        bound_by=_name_for(caller, binding) if binding else "",
    )


def _name_for(caller: Caller, level: Level) -> str:
    """The level's name; what lies above the caller's own domain is not named to them."""
    above = {int(part) for part in caller.domain_path.strip("/").split("/") if part} - {caller.domain_id}
    if level.level == Counter.DOMAIN and level.owner_id in above:
        return ABOVE
    return level.name
