"""The ways to find events and alerts."""

from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.core.scoping import ScopedQuerySet
from cloudportal.events import actions
from cloudportal.events.models import Alert, Event


def events_for(caller: Caller) -> ScopedQuerySet[Event]:
    """The caller's events, newest first."""
    actions.READ.permit(caller)
    return Event.objects.for_caller(caller)


def event_for(caller: Caller, uuid: UUID | str) -> Event:
    """One of the caller's events. Raises NotFound."""
    return events_for(caller).one(uuid)


def alerts_for(caller: Caller) -> ScopedQuerySet[Alert]:
    """Alerts that the caller may see, newest first."""
    actions.READ_ALERTS.permit(caller)
    return Alert.objects.for_caller(caller)


def alert_for(caller: Caller, uuid: UUID | str) -> Alert:
    """One of them. Raises NotFound."""
    return alerts_for(caller).one(uuid)
