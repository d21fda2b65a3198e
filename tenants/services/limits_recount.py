"""Counting again: what the rooms say is there, against what the counters say is in use."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.events import alerts, records
from cloudportal.events.records import About
from tenants import actions
from tenants.models import Account, Counter, Domain
from tenants.resources import Resource

Source = Callable[[], Mapping[int, int]]
Key = tuple[str, int]

_sources: dict[Resource, Source] = {}

ALERT = "limits-drift"


@dataclass(frozen=True)
class Drift:
    """A counter that says something else than what is there."""

    level: str
    owner_id: int
    name: str
    resource: Resource
    used: int
    found: int

    def __str__(self) -> str:
        return f"{self.name}: {self.used} {self.resource.words} counted, {self.found} there."


def register(resource: Resource, amounts: Source) -> None:
    """Declares who knows how much of a resource each account has: a function that gives it by account id, from the
    rows as they are committed, leaving out accounts that have none.
    """
    _sources[resource] = amounts


def registered() -> tuple[Resource, ...]:
    """The resources that can be counted again."""
    return tuple(sorted(_sources))


def find_drift(
    resources: Iterable[Resource] | None = None, *, fix: Callable[[Drift], object] | None = None
) -> list[Drift]:
    """Counts everything again and returns where the counters are wrong; `fix` is called for each while it is locked.

    The first look holds nobody up and may be deceived by changes under way. Whatever it finds is looked at once
    more under the locks of the counters in question, where nothing can change: only that is true.
    """
    wanted = sorted(_sources) if resources is None else [one for one in resources if one in _sources]
    return [drift for resource in wanted for drift in _drift_of(resource, fix)]


def repair(drift: Drift) -> None:
    """Makes the counter say what is there. Needs an open transaction."""
    Counter.objects.update_or_create(
        level=drift.level,
        owner_id=drift.owner_id,
        resource=drift.resource,
        defaults={"used": drift.found},
    )


def recount(caller: Caller) -> list[Drift]:
    """Repairs every counter that is wrong, one resource after the other, and says which they were. May be repeated."""
    actions.RECOUNT_LIMIT.permit(caller)

    def fix(drift: Drift) -> None:
        repair(drift)
        _record(caller, drift)

    found = find_drift(fix=fix)
    plans.note("recount", f"Counts everything again; {len(found)} counters are wrong and put right.")
    for resource in registered():
        alerts.clear_alert(ALERT, resource.value, by=caller.user_name)
    return found


def watch() -> list[Drift]:
    """Regular work: an alert for every resource whose counters are wrong, cleared once they are right again."""
    found = defaultdict(list)
    for drift in find_drift():
        found[drift.resource].append(drift)
    for resource in registered():
        if resource not in found:
            alerts.clear_alert(ALERT, resource.value)
            continue
        sentence = (
            f"The count of {resource.words} is wrong in {len(found[resource])} places, so limits there bind too early "
            "or too late. Count again to put it right."
        )
        alerts.raise_alert(ALERT, resource.value, sentence, detail="\n".join(map(str, found[resource][:50])))
    return [drift for some in found.values() for drift in some]


def _drift_of(resource: Resource, fix: Callable[[Drift], object] | None) -> list[Drift]:
    suspects = {(one.level, one.owner_id) for one in _compare(resource)}
    if not suspects:
        return []
    # One resource to a transaction: its locks are let go before those of the next are taken.
    with transaction.atomic():
        _lock(resource, suspects)
        drifts = [one for one in _compare(resource) if (one.level, one.owner_id) in suspects]
        if fix is not None:
            for one in drifts:
                fix(one)
    return drifts


def _record(caller: Caller, drift: Drift) -> None:
    records.record(
        caller,
        "RESOURCE.COUNT.UPDATE",
        About(drift.level, None, drift.name),
        before={drift.resource.value: drift.used},
        after={drift.resource.value: drift.found},
        sentence=str(drift),
    )


def _lock(resource: Resource, suspects: set[Key]) -> None:
    # In the order in which reservations take them (limits.py): accounts, then domains from the leaves to ROOT.
    depths = dict(Domain.objects.values_list("pk", "depth"))
    order = sorted(suspects, key=lambda key: (key[0] != Counter.ACCOUNT, -depths.get(key[1], 0), key[1]))
    for level, owner_id in order:
        rows = Counter.objects.select_for_update().filter(level=level, owner_id=owner_id, resource=resource)
        rows.values_list("pk").first()


def _compare(resource: Resource) -> list[Drift]:
    found = _totals(_sources[resource]())
    rows = Counter.objects.filter(resource=resource).values_list("level", "owner_id", "used")
    used = {(level, owner_id): amount for level, owner_id, amount in rows}
    names = _names()
    wrong = [key for key in {*found, *used} if found.get(key, 0) != used.get(key, 0) and key in names]
    return [
        Drift(key[0], key[1], names[key], resource, used.get(key, 0), found.get(key, 0))
        for key in sorted(wrong)
    ]


def _totals(by_account: Mapping[int, int]) -> dict[Key, int]:
    """The amounts by account, and by every domain above it."""
    paths = dict(Account.objects.values_list("pk", "domain__path"))
    totals: dict[Key, int] = defaultdict(int)
    for account_id, amount in by_account.items():
        totals[Counter.ACCOUNT, account_id] += amount
        for part in paths.get(account_id, "").strip("/").split("/"):
            if part:
                totals[Counter.DOMAIN, int(part)] += amount
    return totals


def _names() -> dict[Key, str]:
    accounts = Account.objects.only("pk", "name", "is_project")
    names: dict[Key, str] = {(Counter.ACCOUNT, one.pk): one.called for one in accounts}
    for pk, name in Domain.objects.values_list("pk", "name"):
        names[Counter.DOMAIN, pk] = f"The domain {name}"
    return names
