"""What it counts for that instances change their size, and the rows of one that has changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q

from cloudportal.jobs import states as job_states
from cloudportal.jobs.models import Job
from cloudportal.jobs.run import Run
from compute.models import Instance, ServiceOffering
from compute.services.instances import terms
from compute.services.sizing import Size, terms_of
from tenants.resources import Resource
from tenants.services import limits

# The jobs that change sizes: of an instance that is stopped, and of one that runs.
RESIZE, GROW = "instance.resize", "instance.grow"


def wanted_of(arguments: Mapping[str, Any]) -> Size:
    """The size that a job is to give."""
    return Size(**{name: arguments[name] for name in ("cpus", "cpu_mhz", "memory_mib")})


def reserve(instance: Instance, size: Size) -> None:
    """Counts what the instance is to have more of. Raises LimitReached, and WrongState for a closed account."""
    limits.reserve(instance.account, _amounts(size.beyond(Size.now(instance))))


def release(instance: Instance, size: Size) -> None:
    """Counts no longer what the instance was to have more of and has not got."""
    limits.release(instance.account, _amounts(size.beyond(Size.now(instance))))


def take(instance: Instance, offering: ServiceOffering, size: Size) -> None:
    """The instance is of this size and is metered as such from now on; what it has less of counts no longer.

    What it has more of must have been reserved. Rows only.
    """
    given_back = Size.now(instance).beyond(size)
    values = terms_of(offering, size)
    Instance.objects.filter(pk=instance.pk).update(**values)
    for name, value in values.items():
        setattr(instance, name, value)
    limits.release(instance.account, _amounts(given_back))
    terms.meter_anew(instance)


def under_way() -> Iterator[tuple[Instance, Size]]:
    """Every instance that a job is resizing, with what is reserved for it beyond its rows."""
    # A job that could not settle its subject has not given back what it had reserved, though it is closed.
    keeps = Q(state__in=job_states.OPEN) | Q(state=job_states.FAILED, message_values__is_unsettled=True)
    wanted = {
        job.subject_uuid: wanted_of(job.arguments)
        for job in Job.objects.filter(keeps, kind__in=(RESIZE, GROW))
        # One whose clean-up was resumed gave back what it had reserved when it was given up.
        if job.subject_uuid and not Run(job).was_given_up
    }
    for instance in Instance.objects.filter(uuid__in=wanted, state__in=terms.COUNTED):
        yield instance, wanted[instance.uuid].beyond(Size.now(instance))


def _amounts(size: Size) -> Mapping[Resource, int]:
    return {Resource.CPUS: size.cpus, Resource.MEMORY_MIB: size.memory_mib}
