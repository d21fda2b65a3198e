"""What compute counts against limits, told from the rows."""

from collections.abc import Mapping

from django.db.models import Count, Sum

from cloudportal.core.scoping import ScopedQuerySet
from compute.models import Instance
from compute.services.instances.terms import COUNTED
from tenants.resources import Resource
from tenants.services.limits_recount import register


def _counted() -> ScopedQuerySet[Instance]:
    return Instance.objects.filter(state__in=COUNTED).order_by().values("account_id")


def instances() -> Mapping[int, int]:
    """Instances by account."""
    return dict(_counted().annotate(amount=Count("pk")).values_list("account_id", "amount"))


def cpus() -> Mapping[int, int]:
    """Their CPUs by account."""
    return dict(_counted().annotate(amount=Sum("cpus")).values_list("account_id", "amount"))


def memory_mib() -> Mapping[int, int]:
    """Their memory by account."""
    return dict(_counted().annotate(amount=Sum("memory_mib")).values_list("account_id", "amount"))


register(Resource.INSTANCES, instances)
register(Resource.CPUS, cpus)
register(Resource.MEMORY_MIB, memory_mib)
