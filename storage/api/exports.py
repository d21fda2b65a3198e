"""Volumes on their way out, at the REST door."""

from typing import Any

from rest_framework import serializers

from cloudportal.api.calls import into, working
from cloudportal.api.filters import Filter, by_uuid
from cloudportal.api.resources import Create, Remove, Resource, Verb
from cloudportal.api.shapes import NamedShape, Reference, RowShape, Values
from cloudportal.core.caller import Caller
from storage import actions, queries, states
from storage.api.transfers import LinkShape, linked
from storage.drivers.contract import FORMATS
from storage.models import VolumeExport
from storage.services import exports
from storage.services.exports import NewExport

STATES = tuple(sorted(states.EXPORT.states))


class VolumeExportShape(RowShape):
    """A copy of a volume that waits to be downloaded, and is deleted at `expires_at`."""

    for_operators = ("checksum",)

    name = serializers.CharField(help_text="What its volume was called.")
    account = NamedShape()
    volume = NamedShape(allow_null=True)
    format = serializers.ChoiceField(choices=FORMATS)
    state = serializers.ChoiceField(choices=STATES)
    size_bytes = serializers.IntegerField()
    virtual_size_bytes = serializers.IntegerField()
    expires_at = serializers.DateTimeField(allow_null=True)
    checksum = serializers.CharField()


class ExportVolume(Values):
    """Which volume is to be downloaded, and as what kind of file."""

    volume = Reference(source="volume_uuid")
    format = serializers.ChoiceField(choices=FORMATS, required=False)


def _extract(caller: Caller, export: VolumeExport) -> Any:
    return linked(exports.extract(caller, export))


VOLUME_EXPORTS = Resource(
    path="volume-exports",
    noun="volume export",
    shape=VolumeExportShape,
    read=actions.READ_EXPORT,
    rows=queries.volume_exports_for,
    row=queries.volume_export_for,
    filters=(
        Filter("state", choices=STATES),
        Filter("format", choices=FORMATS),
        by_uuid("volume"),
        by_uuid("account"),
    ),
    orderings=("created_at", "expires_at", "size_bytes"),
    changes=(
        Create(
            ExportVolume,
            working(into(NewExport, exports.begin)),
            actions.EXPORT_VOLUME,
            works=True,
            summary="Make a copy of a volume that can be downloaded",
        ),
        Remove(exports.delete, actions.DELETE_EXPORT),
        Verb(
            "extract",
            _extract,
            actions.EXTRACT_EXPORT,
            gives=LinkShape,
            summary="Get a link to the copy, good for a single time and for a while",
        ),
    ),
)
