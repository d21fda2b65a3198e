"""Limits: reserved and released up the whole path, in the transaction of the change they belong to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db import IntegrityError, models, transaction

from cloudportal.core import plans
from cloudportal.core.errors import LimitReached
from tenants.models import Account, Counter, Domain


class Resource(StrEnum):
    """What is counted, with its unit."""

    INSTANCES = "instances"
    CPUS = "cpus"
    MEMORY_MIB = "memory_mib"
    VOLUMES = "volumes"
    PRIMARY_STORAGE_GIB = "primary_storage_gib"
    SECONDARY_STORAGE_GIB = "secondary_storage_gib"
    SNAPSHOTS = "snapshots"
    TEMPLATES = "templates"
    NETWORKS = "networks"
    ADDRESSES = "addresses"
    PROJECTS = "projects"

    @property
    def words(self) -> str:
        """As people say it."""
        return {
            "cpus": "CPUs",
            "memory_mib": "MiB of memory",
            "primary_storage_gib": "GiB of primary storage",
            "secondary_storage_gib": "GiB of secondary storage",
            "addresses": "IP addresses",
        }.get(self.value, self.value)


@dataclass(frozen=True)
class Level:
    """One counter's owner on the path from an account up to ROOT."""

    level: str
    owner_id: int
    name: str


def path_of(account: Account) -> list[Level]:
    """The account, its domain, and every domain above it up to ROOT."""
    ids = account.domain.ancestor_ids
    names = dict(Domain.objects.filter(pk__in=ids).values_list("pk", "name"))
    above = [Level(Counter.DOMAIN, pk, f"The domain {names[pk]}") for pk in reversed(ids)]
    return [Level(Counter.ACCOUNT, account.pk, f"The account {account.name}"), *above]


def reserve(account: Account, amounts: Mapping[Resource, int]) -> None:
    """Counts the amounts up the path of the account, or raises LimitReached and leaves everything as it was.

    Needs an open transaction; taking that back takes the reservation back.
    """
    _require_transaction()
    wanted = _positive(amounts)
    for level in path_of(account):
        for resource, amount in wanted:
            if not _add(level, resource, amount):
                raise _refusal(level, resource, amount)
    for resource, amount in wanted:
        plans.note("limit", f"Counts {amount} {resource.words}.", resource=resource.value, amount=amount)


def release(account: Account, amounts: Mapping[Resource, int]) -> None:
    """Counts the amounts down again. Needs an open transaction, and a state move that lets it happen once."""
    _require_transaction()
    for level in path_of(account):
        for resource, amount in _positive(amounts):
            Counter.objects.filter(level=level.level, owner_id=level.owner_id, resource=resource).update(
                used=models.F("used") - amount
            )


def adjust(account: Account, changes: Mapping[Resource, int]) -> None:
    """Reserves what grows and releases what shrinks, together."""
    reserve(account, {one: amount for one, amount in changes.items() if amount > 0})
    release(account, {one: -amount for one, amount in changes.items() if amount < 0})


def make_counters(level: str, owner_id: int, maxima: Mapping[Resource, int | None]) -> None:
    """The counters of a new account or domain: one row per resource."""
    Counter.objects.bulk_create(
        Counter(level=level, owner_id=owner_id, resource=one, maximum=maxima.get(one)) for one in Resource
    )


def _require_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("Limits are counted inside the transaction of the change they belong to.")


def _positive(amounts: Mapping[Resource, int]) -> list[tuple[Resource, int]]:
    # Sorted: every transaction takes the counters of a level in the same order, and levels from the leaf up.
    return sorted((one, amount) for one, amount in amounts.items() if amount > 0)


def _add(level: Level, resource: Resource, amount: int) -> bool:
    rows = Counter.objects.filter(level=level.level, owner_id=level.owner_id, resource=resource)
    has_room = models.Q(maximum=None) | models.Q(maximum__gte=models.F("used") + amount)
    if rows.filter(has_room).update(used=models.F("used") + amount):
        return True
    if rows.exists():
        return False
    # A resource that is younger than the account: its counter is made on first use.
    try:
        with transaction.atomic():
            Counter.objects.create(level=level.level, owner_id=level.owner_id, resource=resource)
    except IntegrityError:
        pass
    return bool(rows.filter(has_room).update(used=models.F("used") + amount))


def _refusal(level: Level, resource: Resource, amount: int) -> LimitReached:
    counter = Counter.objects.get(level=level.level, owner_id=level.owner_id, resource=resource)
    return LimitReached(
        owner=level.name, maximum=counter.maximum, resource=resource.words, used=counter.used, wanted=amount
    )


def counters_of(levels: Iterable[Level]) -> list[Counter]:
    """The counters at these levels."""
    condition = models.Q(pk__in=())
    for level in levels:
        condition |= models.Q(level=level.level, owner_id=level.owner_id)
    return list(Counter.objects.filter(condition).order_by("resource", "level"))
