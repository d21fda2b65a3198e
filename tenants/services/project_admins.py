"""Every project keeps somebody who looks after it."""

from django.db.models import Q, QuerySet

from cloudportal.core.errors import Conflict
from tenants import states
from tenants.models import Account, Domain, Project, ProjectMember, User

# How many projects a refusal names.
NAMED = 5


def require_others_lead(*, account: Account | None = None, user: User | None = None) -> None:
    """Returns where every project keeps an admin once this account or user is gone. Raises Conflict naming those
    that would not.
    """
    leaving = Q(user=user) if user is not None else Q(account=account)
    _require_none_left(leaving)


def require_kept_outside(domain: Domain) -> None:
    """Returns where every project outside the domain keeps its founder and an admin once all at and below the domain
    is gone. Raises Conflict naming those that would not.
    """
    within = Q(account__domain__path__startswith=domain.path)
    outside = Project.objects.exclude(domain__path__startswith=domain.path)
    founded = outside.filter(founder__domain__path__startswith=domain.path)
    names = list(founded.order_by("name").values_list("name", flat=True)[:NAMED])
    if names:
        raise Conflict(
            f"The projects {', '.join(names)} are outside of {domain.name} and count against accounts in it. Delete "
            "them or hand them over first."
        )
    _require_none_left(within, outside)


def require_another_leads(member: ProjectMember) -> None:
    """Returns where the member's project keeps an admin without this one. Raises Conflict."""
    _require_none_left(Q(pk=member.pk))


def _require_none_left(leaving: Q, projects: QuerySet[Project] | None = None) -> None:
    admins = ProjectMember.objects.filter(role__is_admin=True)
    among = Project.objects.all() if projects is None else projects
    led = list(among.filter(pk__in=admins.filter(leaving).values("project_id")).values_list("pk", flat=True))
    _lock(led)
    # Whoever is on the way out with their account is nobody to count on.
    staying = admins.exclude(leaving).exclude(account__state=states.REMOVING)
    orphans = Project.objects.filter(pk__in=led).exclude(pk__in=staying.values("project_id"))
    names = list(orphans.order_by("name").values_list("name", flat=True)[:NAMED])
    if names:
        raise Conflict(
            f"Nobody else looks after {', '.join(names)}. Make another member admin there, or delete the project."
        )


def _lock(project_ids: list[int]) -> None:
    # Two admins who leave at the same moment must not each count on the other.
    rows = Project.objects.select_for_update().filter(pk__in=project_ids).order_by("pk")
    list(rows.values_list("pk", flat=True))
