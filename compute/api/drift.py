"""Instances that are not on their host as the rows say, at the REST door."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cloudportal.api.calls import working
from cloudportal.api.filters import Filter, by_text, by_uuid
from cloudportal.api.resources import Resource, Verb
from cloudportal.api.shapes import NamedShape, RowShape, Shape
from cloudportal.api.singles import change
from cloudportal.core.caller import Caller
from compute import actions, queries
from compute.models import Instance
from compute.reconcile.decisions import Kind
from compute.reconcile.drift import Drift
from compute.reconcile.rounds import Report, compare_hosts
from compute.services import drift
from compute.topology.models import Host
from compute.topology.queries import host_for

KINDS = tuple(kind.value for kind in Kind)


class FindingShape(Shape):
    """What was found, how often, and since when."""

    kind = serializers.ChoiceField(choices=KINDS)
    sentence = serializers.CharField()
    host_name = serializers.CharField()
    times = serializers.IntegerField()
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    is_ignored = serializers.BooleanField()
    details = serializers.ListField(
        child=serializers.CharField(), help_text="What is missing and what was added, where parts differ."
    )


class DriftShape(RowShape):
    """An instance, and how it differs from its row."""

    name = serializers.CharField()
    account = NamedShape()
    zone = NamedShape()
    host = NamedShape(allow_null=True)
    state = serializers.CharField()
    finding = serializers.SerializerMethodField()

    @extend_schema_field(FindingShape(allow_null=True))
    def get_finding(self, instance: Instance) -> Any:
        """The finding on record, or null once there is none."""
        found = Drift.of(instance)
        return FindingShape(found).data if found else None


class ComparisonShape(Shape):
    """How many hosts answered, how many instances were compared, and what came of it."""

    hosts = serializers.IntegerField()
    instances = serializers.IntegerField()
    reactions = serializers.DictField(child=serializers.IntegerField())


def _host(caller: Caller, uuid: UUID) -> Host:
    return host_for(caller, uuid)


def _compare(caller: Caller, uuid: UUID) -> Report:
    return compare_hosts(caller, [host_for(caller, uuid)])


DRIFTS = Resource(
    path="drifts",
    noun="drift",
    shape=DriftShape,
    read=actions.READ_DRIFT,
    rows=queries.drifting_for,
    row=queries.drifting_instance_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("kind", "drift__kind", choices=KINDS),
        by_uuid("host"),
        by_uuid("zone"),
        by_uuid("account"),
    ),
    orderings=("name", "created_at", "state"),
    changes=(
        Verb(
            "accept",
            working(drift.accept),
            actions.ACCEPT_DRIFT,
            works=True,
            sometimes=True,
            summary="Take over what was found on the host",
        ),
        Verb(
            "repair",
            working(drift.repair),
            actions.REPAIR_DRIFT,
            works=True,
            sometimes=True,
            summary="Make the host match the rows",
        ),
        Verb("ignore", drift.ignore, actions.IGNORE_DRIFT, summary="Leave it as it is until it changes"),
    ),
)

COMPARISON = change(
    "POST",
    "hosts/{uuid}/reconcile/",
    _compare,
    name="reconcile",
    summary="Compare the host with the rows now",
    action=actions.RECONCILE,
    gives=ComparisonShape,
    subject=_host,
    is_plannable=False,
)
