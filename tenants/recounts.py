"""How many projects count against each account, counted from the rows, for proving the limits' counters."""

from collections.abc import Mapping

from django.db.models import Count

from tenants.models import Project
from tenants.resources import Resource
from tenants.services import limits_recount


def projects() -> Mapping[int, int]:
    """Projects by the id of the account that they count against."""
    return dict(Project.objects.order_by().values_list("founder_id").annotate(Count("pk")))


limits_recount.register(Resource.PROJECTS, projects)
