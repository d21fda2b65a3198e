"""Every project keeps somebody who looks after it."""

from django.db.models import Q

from cloudportal.core.errors import Conflict
from tenants.models import Account, Project, ProjectMember, User


def require_others_lead(*, account: Account | None = None, user: User | None = None) -> None:
    """Returns where every project keeps an admin once this account or user is gone. Raises Conflict naming those
    that would not.
    """
    leaving = Q(user=user) if user is not None else Q(account=account)
    _require_none_left(leaving)


def require_another_leads(member: ProjectMember) -> None:
    """Returns where the member's project keeps an admin without this one. Raises Conflict."""
    _lock(member.project_id)
    _require_none_left(Q(pk=member.pk))


def _lock(project_id: int) -> None:
    # Two admins who leave at the same moment must not each count on the other.
    Project.objects.select_for_update().filter(pk=project_id).values_list("pk").first()


def _require_none_left(leaving: Q) -> None:
    admins = ProjectMember.objects.filter(role__is_admin=True)
    led = admins.filter(leaving).values("project_id")
    led_by_others = admins.exclude(leaving).values("project_id")
    orphans = Project.objects.filter(pk__in=led).exclude(pk__in=led_by_others)
    names = list(orphans.order_by("name").values_list("name", flat=True)[:5])
    if names:
        raise Conflict(
            f"Nobody else looks after {', '.join(names)}. Make another member admin there, or delete the project."
        )
