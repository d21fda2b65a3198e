"""The ways to find domains."""

from collections.abc import Iterable
from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from tenants import actions
from tenants.models import Domain


def domains_for(caller: Caller) -> ScopedQuerySet[Domain]:
    """The domains at and below the caller's, parents before children; users see their own alone."""
    actions.READ_DOMAIN.permit(caller)
    return Domain.objects.for_caller(caller).select_related("parent")


def domain_for(caller: Caller, uuid: UUID | str) -> Domain:
    """One of them. Raises NotFound."""
    return domains_for(caller).one(uuid)


def domain_paths(caller: Caller, domains: Iterable[Domain]) -> dict[int, str]:
    """By id, each domain's place in words, as in `ROOT/east/sales`, in one query.

    Names above the caller's own domain are left out: what lies above is not theirs to see.
    """
    wanted = list(domains)
    ids = {pk for domain in wanted for pk in domain.ancestor_ids}
    visible = Domain.objects.for_caller(caller).filter(pk__in=ids)
    names = dict(visible.values_list("pk", "name"))
    return {domain.pk: "/".join(names[pk] for pk in domain.ancestor_ids if pk in names) for domain in wanted}
