"""Domains: making, renaming and deleting the nodes of the tree."""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict, InvalidInput, NotPermitted
from cloudportal.events import records
from cloudportal.events.records import About
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from tenants import actions, states
from tenants.models import Counter, Domain, Project, Role, User
from tenants.names import check_domain_name, check_network_suffix
from tenants.services import access, departures, dominance, limits, project_admins
from tenants.services.accounts import require_domain_open
from tenants.services.departures import Departing
from tenants.services.limit_maxima import defaults_of

# Twelve ids of the largest kind and the slashes around them still fit into the path's 255 characters.
MOST_DEPTH = 12


@dataclass(frozen=True)
class NewDomain:
    """What a domain begins as."""

    name: str
    network_suffix: str = ""


@dataclass(frozen=True)
class DomainChanges:
    """What of a domain is to be different; None leaves it."""

    name: str | None = None
    network_suffix: str | None = None


@transaction.atomic
def create(caller: Caller, parent: Domain, values: NewDomain) -> Domain:
    """A domain below `parent`, which is the caller's own or below it. Names are unique among siblings.

    Raises InvalidInput, NotFound, NotPermitted, Conflict.
    """
    actions.CREATE_DOMAIN.permit(caller)
    dominance.require_reach(caller, parent, parent)
    require_domain_open(parent)
    if parent.depth >= MOST_DEPTH:
        raise InvalidInput.of(
            "parent", f"Domains are nested {MOST_DEPTH} deep at most. Choose one further up."
        )
    name = _free_name(parent, values.name)
    domain = _insert(parent, name, check_network_suffix(values.network_suffix))
    limits.make_counters(Counter.DOMAIN, domain.pk, defaults_of(domain))
    sentence = f"Creates the domain {name} in {parent.name}."
    _record(caller, "DOMAIN.CREATE", domain, sentence, after=_values(domain))
    return domain


@transaction.atomic
def update(caller: Caller, domain: Domain, changes: DomainChanges) -> Domain:
    """Renames a domain below the caller's own. Raises InvalidInput, NotFound, NotPermitted."""
    actions.UPDATE_DOMAIN.permit(caller)
    dominance.require_below(caller, domain)
    before = _values(domain)
    if changes.name is not None and changes.name.strip() != domain.name:
        if domain.parent is None:
            raise NotPermitted("The ROOT domain keeps its name.")
        domain.name = _free_name(domain.parent, changes.name, except_for=domain)
    if changes.network_suffix is not None:
        domain.network_suffix = check_network_suffix(changes.network_suffix)
    try:
        with transaction.atomic():
            domain.save(update_fields=["name", "network_suffix"])
    except IntegrityError as error:
        raise _taken(domain.name) from error
    sentence = f"Edits the domain {domain.name}."
    _record(caller, "DOMAIN.UPDATE", domain, sentence, before=before, after=_values(domain))
    return domain


@transaction.atomic
def delete(caller: Caller, domain: Domain, *, with_contents: bool = False) -> Job:
    """Submits the job that removes the domain and, where asked to, everything below it. Its users are out at once.

    Raises Conflict for a domain that is not empty when its contents are to stay, while a project outside needs an
    account in it, or while something in it is protected. What would go is noted in the plan.
    """
    departing = demand_removable(caller, domain, with_contents=with_contents)
    actions.DELETE_DOMAIN.check(caller, domain)
    plans.note("domain", f"Deletes the domain {domain.name} for good.", name=domain.name)
    departures.note(departing)
    mark_removing(domain)
    return jobs.submit(
        caller,
        "domain.delete",
        jobs.Subject.of(domain),
        {"domain_id": domain.pk, "path": domain.path, "with_contents": with_contents},
        owner=caller.home or caller.owner,
        holds=[jobs.hold_of(domain)],
    )


def demand_removable(caller: Caller, domain: Domain, *, with_contents: bool) -> list[Departing]:
    """What would go with the domain, where the caller may delete it and nothing stands against that. Raises as `delete`
    does.
    """
    actions.DELETE_DOMAIN.permit(caller)
    dominance.require_below(caller, domain)
    if domain.parent_id is None:
        raise NotPermitted("The ROOT domain cannot be deleted.")
    if (caller.home or caller.owner).domain_path.startswith(domain.path):
        raise NotPermitted("You cannot delete the domain that you are signed in to.")
    _require_dominance_below(caller, domain)
    departing = departures.preview_of_domain(caller, domain)
    if departing and not with_contents:
        words = ", ".join(f"{one.count} {one.name}" for one in departing)
        raise Conflict(
            f"{domain.name} is not empty: it has {words}. Delete them first, or delete it with everything."
        )
    project_admins.require_kept_outside(domain)
    departures.demand_nothing_kept(departures.accounts_of(domain))
    return departing


def _require_dominance_below(caller: Caller, domain: Domain) -> None:
    # Deleting a domain deletes its accounts, so it takes what deleting each of them takes.
    people = departures.accounts_of(domain).filter(is_project=False)
    for role in Role.objects.filter(pk__in=people.order_by().values("role_id")):
        dominance.require_role_within(caller, role, whose=f"An account at or below {domain.name}")


def mark_removing(domain: Domain) -> None:
    """Closes the domain and all below it: nothing new, and nobody signs in. Part of a transaction."""
    states.DOMAIN.move(domain, "delete")
    closing = (
        (Domain.objects.filter(path__startswith=domain.path), states.DOMAIN),
        (Project.objects.filter(domain__path__startswith=domain.path), states.PROJECT),
        (departures.accounts_of(domain), states.ACCOUNT),
    )
    access.end_access(User.objects.filter(account__domain__path__startswith=domain.path))
    for rows, table in closing:
        rows.filter(state__in=table.sources("delete")).update(state=states.REMOVING)


def _insert(parent: Domain, name: str, network_suffix: str) -> Domain:
    try:
        with transaction.atomic():
            domain = Domain.objects.create(
                name=name, parent=parent, path="", depth=parent.depth + 1, network_suffix=network_suffix
            )
    except IntegrityError as error:
        raise _taken(name) from error
    # The path holds the id, which the row has only now.
    domain.path = f"{parent.path}{domain.pk}/"
    domain.save(update_fields=["path"])
    return domain


def _free_name(parent: Domain, value: str, *, except_for: Domain | None = None) -> str:
    name = check_domain_name(value)
    siblings = Domain.objects.filter(parent=parent, name__iexact=name)
    if (siblings.exclude(pk=except_for.pk) if except_for else siblings).exists():
        raise _taken(name)
    return name


def _taken(name: str) -> InvalidInput:
    return InvalidInput.of("name", f"There is a domain called {name} in the same place already.")


def _values(domain: Domain) -> dict[str, Any]:
    return {"name": domain.name, "network_suffix": domain.network_suffix}


def _record(
    caller: Caller,
    event: str,
    domain: Domain,
    sentence: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    plans.note("domain", sentence, name=domain.name)
    about = About("domain", domain.uuid, domain.name, domain_path=domain.path)
    records.record(caller, event, about, before=before, after=after, sentence=sentence)
