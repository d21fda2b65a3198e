"""Usage at the REST door: the intervals of the ledger, and what they come to in a window of time."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from cloudportal.api.filters import FLAG, TIME, UUIDS, Filter, between
from cloudportal.api.resources import Resource
from cloudportal.api.shapes import Reference, RowShape, Shape, Values
from cloudportal.api.singles import change, short_list
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from cloudportal.events.meters import METERS
from usage import actions, queries
from usage.queries import UsageLine
from usage.services import verification
from usage.services.verification import Verification


class UsageRecordShape(RowShape):
    """From `started_at` to `ended_at`, null while it lasts, the subject counted with these quantities."""

    meter = serializers.ChoiceField(choices=METERS)
    subject_uuid = serializers.UUIDField()
    subject_name = serializers.CharField()
    account_uuid = serializers.UUIDField()
    account_name = serializers.CharField()
    zone_uuid = serializers.UUIDField(allow_null=True)
    quantities = serializers.DictField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class UsageLineShape(Shape):
    """How long a subject counted on the same terms within the window."""

    meter = serializers.ChoiceField(choices=METERS)
    subject_uuid = serializers.UUIDField()
    subject_name = serializers.CharField()
    account_uuid = serializers.UUIDField()
    account_name = serializers.CharField()
    zone_uuid = serializers.UUIDField(allow_null=True)
    quantities = serializers.DictField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    seconds = serializers.IntegerField()


class DifferenceShape(Shape):
    """A subject whose records are not what its meter marks make."""

    subject_uuid = serializers.UUIDField()
    subject_name = serializers.CharField()
    sentence = serializers.CharField()


class VerificationShape(Shape):
    """How many subjects were compared, and which differ."""

    subjects = serializers.IntegerField()
    differences = DifferenceShape(many=True)


class RebuildUsage(Values):
    """Whose records to make anew."""

    subject = Reference()


class RebuiltShape(Shape):
    """How many records there are now."""

    records = serializers.IntegerField()


def _usage(caller: Caller, parameters: dict[str, Any]) -> list[UsageLine]:
    for name in ("since", "until"):
        if name not in parameters:
            raise InvalidInput.of(name, "Give the time where the window begins and where it ends.")
    return queries.usage_for(
        caller,
        parameters["since"],
        parameters["until"],
        meter=parameters.get("meter"),
        subject_uuid=parameters.get("subject"),
    )


def _verify(caller: Caller) -> Verification:
    return verification.verify(caller)


def _rebuild(caller: Caller, values: dict[str, UUID]) -> dict[str, int]:
    return {"records": verification.rebuild(caller, values["subject"])}


USAGE_RECORDS = Resource(
    path="usage-records",
    noun="usage record",
    shape=UsageRecordShape,
    read=actions.READ,
    rows=queries.intervals_for,
    row=queries.interval_for,
    filters=(
        Filter("meter", choices=METERS),
        Filter("subject", "subject_uuid", UUIDS),
        Filter("account", "account_uuid", UUIDS),
        Filter("zone", "zone_uuid", UUIDS),
        Filter("is_open", "ended_at__isnull", FLAG),
        *between("started_at"),
    ),
    orderings=("started_at", "ended_at", "meter"),
)

USAGE_OPERATIONS = (
    short_list(
        "usage/",
        UsageLineShape,
        _usage,
        summary="Show what was used in a window of time, to the second",
        action=actions.READ,
        takes=(
            Filter("since", kind=TIME, help="Inclusive."),
            Filter("until", kind=TIME, help="Exclusive."),
            Filter("meter", choices=METERS),
            Filter("subject", kind=UUIDS),
        ),
    ),
    change(
        "POST",
        "usage-records/verify/",
        _verify,
        name="verify",
        summary="Compare all records with the meter marks that they are made from",
        action=actions.VERIFY,
        gives=VerificationShape,
    ),
    change(
        "POST",
        "usage-records/rebuild/",
        _rebuild,
        name="rebuild",
        summary="Make the records of one subject anew from its meter marks",
        action=actions.REBUILD,
        takes=RebuildUsage,
        gives=RebuiltShape,
    ),
)
