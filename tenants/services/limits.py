"""Limits: reserved and released up the whole path, in the transaction of the change they belong to."""

from collections.abc import Iterable, Mapping

from django.db import models, transaction

from cloudportal.core import plans
from cloudportal.core.errors import LimitReached
from tenants.models import Account, Counter, Domain
from tenants.queries.limits import ABOVE
from tenants.queries.limits import Level as Level
from tenants.queries.limits import counters_of as counters_of
from tenants.queries.limits import path_of as path_of
from tenants.resources import Resource as Resource
from tenants.services import limit_maxima
from tenants.services.standing import require_enabled

Change = tuple[Level, Resource, int]


def reserve(account: Account, amounts: Mapping[Resource, int]) -> None:
    """Counts the amounts up the path of the account, or raises LimitReached and leaves everything as it was.

    Needs an open transaction; taking that back takes the reservation back. Raises WrongState for an account, project
    or domain in which nothing new may be made.
    """
    adjust(account, {one: amount for one, amount in amounts.items() if amount > 0})


def release(account: Account, amounts: Mapping[Resource, int]) -> None:
    """Counts the amounts down again. Needs an open transaction, and a state move that lets it happen once."""
    adjust(account, {one: -amount for one, amount in amounts.items() if amount > 0})


def adjust(account: Account, changes: Mapping[Resource, int]) -> None:
    """Reserves what grows and releases what shrinks, together. As `reserve` and `release`."""
    if any(amount > 0 for amount in changes.values()):
        require_enabled(account)
    _apply(account, [(level, one, amount) for level in path_of(account) for one, amount in changes.items()])
    for resource, amount in sorted(changes.items()):
        if amount > 0:
            plans.note("limit", f"Counts {amount} {resource.words}.", resource=resource.value, amount=amount)


def transfer(source: Account, target: Account, amounts: Mapping[Resource, int]) -> None:
    """Counts the amounts to another account. Levels that both are under do not change. As `reserve`."""
    require_enabled(target)
    giving, taking = path_of(source), path_of(target)
    wanted = [(one, amount) for one, amount in amounts.items() if amount > 0]
    up = [(level, one, amount) for level in taking if level not in giving for one, amount in wanted]
    down = [(level, one, -amount) for level in giving if level not in taking for one, amount in wanted]
    _apply(target, up + down)
    for one, amount in sorted(wanted):
        sentence = f"Counts {amount} {one.words} for {target.name} instead of {source.name}."
        plans.note("limit", sentence, resource=one.value, amount=amount)


def make_counters(level: str, owner_id: int, maxima: Mapping[Resource, int | None]) -> None:
    """The counters of a new account or domain: one row per resource."""
    Counter.objects.bulk_create(
        Counter(level=level, owner_id=owner_id, resource=one, maximum=maxima.get(one)) for one in Resource
    )


def remove_counters(level: str, owner_ids: Iterable[int]) -> None:
    """The counters of accounts or domains that are gone."""
    Counter.objects.filter(level=level, owner_id__in=list(owner_ids)).delete()


def _apply(account: Account, changes: list[Change]) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("Limits are counted inside the transaction of the change they belong to.")
    with transaction.atomic():
        for level, resource, amount in sorted(changes, key=_lock_order):
            if amount < 0:
                _rows(level, resource).update(used=models.F("used") + amount)
            elif amount > 0 and not _add(level, resource, amount):
                raise _refusal(account, level, resource, amount)


def _lock_order(change: Change) -> tuple[int, str, int, str]:
    # Every transaction takes its counters from the leaves to ROOT, and those of a level by name: two that want the
    # same ones then wait for each other in turn. ROOT's come last and so are held for the shortest time.
    level, resource, _ = change
    return (-level.depth, level.level, level.owner_id, resource.value)


def _rows(level: Level, resource: Resource) -> models.QuerySet[Counter]:
    return Counter.objects.filter(level=level.level, owner_id=level.owner_id, resource=resource)


def _add(level: Level, resource: Resource, amount: int) -> bool:
    has_room = models.Q(maximum=None) | models.Q(maximum__gte=models.F("used") + amount)
    rows = _rows(level, resource)
    if rows.filter(has_room).update(used=models.F("used") + amount):
        return True
    if rows.exists():
        return False
    _make_late_counter(level, resource)
    return bool(rows.filter(has_room).update(used=models.F("used") + amount))


def _make_late_counter(level: Level, resource: Resource) -> None:
    """The counter of a resource that is younger than the account or domain: it is made on first use."""
    model: type[Account] | type[Domain] = Account if level.level == Counter.ACCOUNT else Domain
    # The owner's row is locked first: MariaDB lets all who insert the same key share a lock on it, and they would
    # then wait for each other to count.
    owner = model.objects.select_for_update().get(pk=level.owner_id)
    if not _rows(level, resource).exists():
        maximum = limit_maxima.defaults_of(owner).get(resource)
        Counter.objects.create(level=level.level, owner_id=level.owner_id, resource=resource, maximum=maximum)


def _refusal(account: Account, level: Level, resource: Resource, amount: int) -> LimitReached:
    if level.level == Counter.ACCOUNT:
        counter = _rows(level, resource).get()
        return LimitReached(
            owner=level.name,
            resource=resource.words,
            maximum=counter.maximum,
            used=counter.used,
            wanted=amount,
        )
    # What the whole domain has is its administrators' to know, not every tenant's; nor is what lies above it.
    name = level.name if level.owner_id == account.domain_id else ABOVE
    return LimitReached(
        f"{name} has no room for {amount} more {resource.words}: its limit is reached. Free some, "
        "or ask an administrator of the domain for more.",
        owner=name,
        resource=resource.words,
        wanted=amount,
    )
