"""Events and alerts at the REST door."""

from rest_framework import serializers

from cloudportal.api.filters import FLAG, UUIDS, Filter, between, by_text
from cloudportal.api.resources import Resource, Verb
from cloudportal.api.routes import patterns
from cloudportal.api.shapes import RowShape
from cloudportal.events import actions, alerts, queries


class EventShape(RowShape):
    """What happened: who changed what, from where, and the values before and after."""

    type = serializers.CharField(help_text="CloudStack's name of the event, as in VM.CREATE.")
    level = serializers.CharField()
    stage = serializers.CharField()
    sentence = serializers.CharField()
    user_uuid = serializers.UUIDField(allow_null=True)
    user_name = serializers.CharField()
    account_uuid = serializers.UUIDField(allow_null=True)
    account_name = serializers.CharField()
    source_address = serializers.CharField()
    door = serializers.CharField()
    subject_type = serializers.CharField()
    subject_uuid = serializers.UUIDField(allow_null=True)
    subject_name = serializers.CharField()
    before = serializers.DictField()
    after = serializers.DictField()
    job_uuid = serializers.UUIDField(allow_null=True)


class AlertShape(RowShape):
    """Something that needs a person."""

    code = serializers.CharField()
    sentence = serializers.CharField()
    detail = serializers.CharField()
    subject_type = serializers.CharField()
    subject_uuid = serializers.UUIDField(allow_null=True)
    subject_name = serializers.CharField()
    times = serializers.IntegerField(help_text="How often it was seen.")
    last_seen_at = serializers.DateTimeField()
    cleared_at = serializers.DateTimeField(allow_null=True)
    cleared_by = serializers.CharField()
    is_open = serializers.BooleanField()


EVENTS = Resource(
    path="events",
    noun="event",
    shape=EventShape,
    read=actions.READ,
    rows=queries.events_for,
    row=queries.event_for,
    filters=(
        Filter("type"),
        Filter("level"),
        Filter("subject", "subject_uuid", UUIDS),
        Filter("account", "account_uuid", UUIDS),
        Filter("user", "user_uuid", UUIDS),
        Filter("job", "job_uuid", UUIDS),
        by_text(lookup="subject_name__icontains"),
        *between("created_at"),
    ),
    orderings=("created_at", "type"),
)

ALERTS = Resource(
    path="alerts",
    noun="alert",
    shape=AlertShape,
    read=actions.READ_ALERTS,
    rows=queries.alerts_for,
    row=queries.alert_for,
    filters=(
        Filter("code"),
        Filter("is_open", "cleared_at__isnull", FLAG),
        Filter("subject", "subject_uuid", UUIDS),
        *between("created_at"),
    ),
    orderings=("created_at", "last_seen_at", "code"),
    changes=(Verb("clear", alerts.clear, actions.CLEAR_ALERT, summary="Say that the trouble is dealt with"),),
)

urlpatterns = patterns(EVENTS, ALERTS)
