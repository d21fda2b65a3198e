"""What compute counts against limits, told from the rows."""

from collections.abc import Callable, Mapping

from django.db.models import Aggregate, Count, Sum

from compute.models import Instance
from compute.services.instances import growth
from compute.services.instances.terms import COUNTED
from compute.services.sizing import Size
from tenants.resources import Resource
from tenants.services.limits_recount import register


def _by_account(amount: Aggregate) -> dict[int, int]:
    rows = Instance.objects.filter(state__in=COUNTED).order_by().values("account_id").annotate(amount=amount)
    return {row["account_id"]: row["amount"] for row in rows}


def _with_growth(counted: dict[int, int], amount: Callable[[Size], int]) -> dict[int, int]:
    """With what is reserved for instances that are being resized: it is theirs before it is in their rows."""
    for instance, more in growth.under_way():
        counted[instance.account_id] = counted.get(instance.account_id, 0) + amount(more)
    return counted


def instances() -> Mapping[int, int]:
    """Instances by account."""
    return _by_account(Count("pk"))


def cpus() -> Mapping[int, int]:
    """Their CPUs by account."""
    return _with_growth(_by_account(Sum("cpus")), lambda more: more.cpus)


def memory_mib() -> Mapping[int, int]:
    """Their memory by account."""
    return _with_growth(_by_account(Sum("memory_mib")), lambda more: more.memory_mib)


register(Resource.INSTANCES, instances)
register(Resource.CPUS, cpus)
register(Resource.MEMORY_MIB, memory_mib)
