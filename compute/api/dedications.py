"""Dedications at the REST door."""

from rest_framework import serializers

from cloudportal.api.calls import into
from cloudportal.api.filters import FLAG, UUIDS, Filter, by_uuid
from cloudportal.api.resources import Create, Remove, Resource
from cloudportal.api.shapes import NamedShape, Reference, RowShape, Values
from compute import placement_actions as actions
from compute import placement_queries as queries
from compute.services import dedications
from compute.services.dedications import DedicationValues
from compute.topology.models import Dedication


class DedicationShape(RowShape):
    """A place that only one domain or account may use."""

    kind = serializers.CharField(help_text="zone, pod, cluster or host")
    place = NamedShape()
    domain = NamedShape()
    account = NamedShape(allow_null=True)
    is_confining = serializers.BooleanField()


class CreateDedication(Values):
    """One place for one owner: a domain with all below it, or an account."""

    zone = Reference(required=False)
    pod = Reference(required=False)
    cluster = Reference(required=False)
    host = Reference(required=False)
    domain = Reference(required=False)
    account = Reference(required=False)
    is_confining = serializers.BooleanField(
        required=False,
        help_text="Also keeps the owner's new instances to what is dedicated to it in the zone.",
    )


DEDICATIONS = Resource(
    path="dedications",
    noun="dedication",
    shape=DedicationShape,
    read=actions.READ_DEDICATION,
    rows=queries.dedications_for,
    row=queries.dedication_for,
    filters=(
        Filter("kind", "place_kind", choices=Dedication.PLACES),
        Filter("place", "place_uuid", UUIDS, help="Of a zone, pod, cluster or host."),
        by_uuid("domain"),
        by_uuid("account"),
        Filter("is_confining", kind=FLAG),
    ),
    orderings=("created_at",),
    changes=(
        Create(CreateDedication, into(DedicationValues, dedications.dedicate), actions.CREATE_DEDICATION),
        Remove(dedications.release, actions.DELETE_DEDICATION, summary="Give the place back to everybody"),
    ),
)
