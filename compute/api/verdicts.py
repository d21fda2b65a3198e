"""Where an instance could run, host by host, at the REST door."""

from uuid import UUID

from rest_framework import serializers

from cloudportal.api.shapes import NamedShape, Shape
from cloudportal.api.singles import short_list
from cloudportal.core.caller import Caller
from compute import placement_actions as actions
from compute import placement_queries as queries
from compute.placement.verdicts import Verdict


class VerdictShape(Shape):
    """What one host says to the instance, were it placed now."""

    host = NamedShape()
    cluster = NamedShape(source="host.cluster")
    passes = serializers.BooleanField()
    check = serializers.CharField(help_text="The first check that refused it, empty where none did.")
    reason = serializers.CharField()
    rank = serializers.IntegerField(allow_null=True, help_text="1 for the host that would be tried first.")


def _verdicts(caller: Caller, uuid: UUID) -> list[Verdict]:
    return queries.verdicts_for(caller, uuid)


VERDICTS = short_list(
    "instances/{uuid}/placement/",
    VerdictShape,
    _verdicts,
    summary="See which hosts could take it now, and why the others could not",
    action=actions.READ_PLACEMENT,
)
