"""Regular work on security groups: a host that could not be told of a change is told when it answers again."""

from django.db import transaction
from django.db.models import F

from cloudportal.core.caller import Caller
from cloudportal.jobs import states as job_states
from cloudportal.jobs.models import Job
from compute import states
from compute.membership import submit_apply
from compute.topology import states as topology_states
from networking.models import SecurityGroup

# Begun in one round; the next round goes on.
AT_ONCE = 100


def tell_hosts(caller: Caller) -> int:
    """Begins to apply the groups of NICs that are out of date on hosts that answer; returns how many groups."""
    at_work = Job.objects.filter(kind="security-group.apply", state__in=job_states.OPEN).values(
        "subject_uuid"
    )
    groups = SecurityGroup.objects.filter(
        nics__guard_applied__lt=F("nics__guard_wanted"),
        nics__instance__state=states.RUNNING,
        nics__instance__host__state__in=(topology_states.UP, topology_states.DISABLED),
    )
    found = groups.exclude(uuid__in=at_work).select_related("account__domain").distinct()[:AT_ONCE]
    for group in found:
        with transaction.atomic():
            submit_apply(caller, group)
    return len(found)
