"""What compute counts against limits, told from the rows."""

from collections.abc import Mapping

from django.db.models import Aggregate, Count, Sum

from compute.models import Instance
from compute.services.instances.terms import COUNTED
from tenants.resources import Resource
from tenants.services.limits_recount import register


def _by_account(amount: Aggregate) -> dict[int, int]:
    rows = Instance.objects.filter(state__in=COUNTED).order_by().values("account_id").annotate(amount=amount)
    return {row["account_id"]: row["amount"] for row in rows}


def instances() -> Mapping[int, int]:
    """Instances by account."""
    return _by_account(Count("pk"))


def cpus() -> Mapping[int, int]:
    """Their CPUs by account."""
    return _by_account(Sum("cpus"))


def memory_mib() -> Mapping[int, int]:
    """Their memory by account."""
    return _by_account(Sum("memory_mib"))


register(Resource.INSTANCES, instances)
register(Resource.CPUS, cpus)
register(Resource.MEMORY_MIB, memory_mib)
