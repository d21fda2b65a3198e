"""What goes with an account: higher rooms register here what they own, how it is shown, stopped and removed.

A room does so from its `holdings.py`, which is imported when the program starts. Deleting an account, a project or a
domain is a job that removes all of it, in the order given here, before the rows of the tenants themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict
from tenants import actions
from tenants.membership import acting_on
from tenants.models import Account, Domain, Project, User
from tenants.services import dominance

# How many of each kind a preview names; the rest is counted.
SHOWN = 50
# How many of what is protected a refusal names.
KEPT_NAMED = 5


@dataclass(frozen=True)
class Holdings:
    """One kind of thing that accounts own.

    `of` gives the rows that are still there, each with a uuid, for a queryset of accounts (use it as a subquery).
    `remove` begins to remove one row, by a job or at once, in a transaction of its own; it is asked again while the
    row is still there and no job is open on it, so it must bear that. `halt` stops what runs when an account is
    disabled, inside that change: submit jobs. `bury` deletes rows that are history and would keep the account's row
    from going. `kept` are the rows that somebody protects: while there are any, nothing that owns them is deleted.
    Kinds with a lower `order` go first: instances 100, snapshots 200, volumes 300, templates 400, networks 500,
    everything that nothing else stands on 600.
    """

    name: str
    order: int
    of: Callable[[QuerySet[Account]], QuerySet[Any]]
    remove: Callable[[Caller, Any], object]
    halt: Callable[[Caller, Account], object] | None = None
    bury: Callable[[QuerySet[Account]], object] | None = None
    kept: Callable[[QuerySet[Account]], QuerySet[Any]] | None = None


@dataclass(frozen=True)
class Held:
    """A thing that would go."""

    uuid: UUID
    name: str
    state: str


@dataclass(frozen=True)
class Departing:
    """All things of one kind that would go: how many, and the first of them by name."""

    name: str
    count: int
    first: tuple[Held, ...]


_registered: dict[str, Holdings] = {}


def register(holdings: Holdings) -> None:
    """Declares one kind of thing; declaring it again replaces it."""
    _registered[holdings.name] = holdings


def unregister(name: str) -> None:
    """Takes a declaration back."""
    _registered.pop(name, None)


def all_holdings() -> tuple[Holdings, ...]:
    """Every kind, in the order in which they go."""
    return tuple(sorted(_registered.values(), key=lambda one: (one.order, one.name)))


def preview_of_account(caller: Caller, account: Account) -> list[Departing]:
    """All that goes with an account, by kind, leaving out kinds of which there is nothing."""
    actions.DELETE_ACCOUNT.permit(caller)
    dominance.require_dominance(caller, account)
    own = [("users", User.objects.filter(account=account))]
    return _preview(Account.objects.filter(pk=account.pk), own)


def preview_of_project(caller: Caller, project: Project) -> list[Departing]:
    """All that goes with a project, by kind. Whoever may delete the project may see this."""
    actions.DELETE_PROJECT.permit(acting_on(caller, project))
    return _preview(Account.objects.filter(pk=project.account_id), [])


def preview_of_domain(caller: Caller, domain: Domain) -> list[Departing]:
    """All that goes with a domain, by kind, with everything below it."""
    actions.DELETE_DOMAIN.permit(caller)
    dominance.require_below(caller, domain)
    return _preview(accounts_of(domain), _own_of_domain(domain))


def accounts_of(domain: Domain) -> QuerySet[Account]:
    """Every account at and below the domain, those of projects among them."""
    return Account.objects.filter(domain__path__startswith=domain.path)


def demand_nothing_kept(accounts: QuerySet[Account]) -> None:
    """Returns where nothing of the accounts' is protected. Raises Conflict naming the first of what is."""
    for one in all_holdings():
        names = [_name(row) for row in one.kept(accounts)[:KEPT_NAMED]] if one.kept else []
        if names:
            raise Conflict(
                f"Some {one.name} here are protected from being destroyed: {', '.join(names)}. Take the protection "
                "off first."
            )


def halt(caller: Caller, account: Account) -> None:
    """Has everything that runs for the account stopped. Part of the change that disables it."""
    for one in all_holdings():
        if one.halt is not None:
            one.halt(caller, account)


def note(departing: list[Departing]) -> None:
    """Puts a preview into the plan, where somebody is planning."""
    for one in departing:
        plans.note("removal", f"Removes {one.count} {one.name}.", name=one.name, count=one.count)


def _own_of_domain(domain: Domain) -> list[tuple[str, QuerySet[Any]]]:
    path = domain.path
    return [
        ("domains", Domain.objects.filter(path__startswith=path).exclude(pk=domain.pk)),
        ("accounts", accounts_of(domain).filter(is_project=False)),
        ("users", User.objects.filter(account__domain__path__startswith=path)),
        ("projects", Project.objects.filter(domain__path__startswith=path)),
    ]


def _preview(accounts: QuerySet[Account], own: list[tuple[str, QuerySet[Any]]]) -> list[Departing]:
    kinds = [*own, *((one.name, one.of(accounts)) for one in all_holdings())]
    return [found for found in (_departing(name, rows) for name, rows in kinds) if found.count]


def _departing(name: str, rows: QuerySet[Any]) -> Departing:
    first = tuple(Held(row.uuid, _name(row), getattr(row, "state", "")) for row in rows[:SHOWN])
    # One query for the few, a second only where there are more than are shown.
    count = len(first) if len(first) < SHOWN else rows.count()
    return Departing(name, count, first)


def _name(row: Any) -> str:
    return str(getattr(row, "name", row))
