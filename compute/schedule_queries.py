"""The ways to find schedules of instances."""

from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from compute import schedule_actions as actions
from compute import states
from compute.models import InstanceSchedule


def schedules_for(caller: Caller) -> ScopedQuerySet[InstanceSchedule]:
    """The schedules of the caller's instances."""
    actions.READ.permit(caller)
    rows = InstanceSchedule.objects.for_caller(caller).exclude(instance__state=states.EXPUNGED)
    return rows.select_related("instance__account__domain")


def schedule_for(caller: Caller, uuid: UUID | str) -> InstanceSchedule:
    """One of them. Raises NotFound."""
    return schedules_for(caller).one(uuid)
