"""Volumes at the REST door."""

from typing import Any

from rest_framework import serializers

from cloudportal.api.calls import working
from cloudportal.api.filters import UUIDS, Filter, by_text, by_uuid
from cloudportal.api.resources import Create, Edit, Remove, Resource, Verb
from cloudportal.api.shapes import NamedShape, Reference, RowShape, Text, Values, Whole
from cloudportal.core.caller import Caller
from cloudportal.jobs.models import Job
from storage import actions, queries, states
from storage.api.transfers import SizeField, TicketShape, UploadAgain, told
from storage.drivers.contract import FORMATS
from storage.models import PROVISIONING, Volume
from storage.services import volume_arrivals, volume_bin, volumes
from storage.services.volume_arrivals import VolumeFile, VolumeUpload
from storage.services.volumes import LARGEST_GIB, NewVolume

STATES = tuple(sorted(states.VOLUME.states))
KINDS = (Volume.ROOT, Volume.DATA)


class VolumeShape(RowShape):
    """A disk of an account."""

    for_operators = ("pool", "locator")

    name = serializers.CharField()
    account = NamedShape()
    zone = NamedShape()
    kind = serializers.ChoiceField(choices=KINDS)
    size_bytes = serializers.IntegerField()
    format = serializers.CharField()
    provisioning = serializers.ChoiceField(choices=PROVISIONING, help_text="How it takes room of its pool.")
    state = serializers.ChoiceField(choices=STATES)
    template = NamedShape(allow_null=True)
    offering = NamedShape(allow_null=True)
    held_by = serializers.UUIDField(allow_null=True, help_text="The instance that has it attached.")
    destroyed_at = serializers.DateTimeField(allow_null=True)
    pool = NamedShape(allow_null=True)
    locator = serializers.CharField()


class EditVolume(Values):
    """What may be changed about a volume."""

    name = Text(max_length=100)


class NewVolumeValues(EditVolume):
    """A volume as its owner wants it. `size_gib` is for offerings that leave the size open."""

    zone = Reference(source="zone_uuid")
    offering = Reference(source="offering_uuid")
    size_gib = Whole(min_value=1, max_value=LARGEST_GIB, required=False, allow_null=True)


class CreateVolume(NewVolumeValues):
    """A volume as its owner wants it: empty, or with what is fetched from an address."""

    url = Text(
        max_length=2000, required=False, help_text="An https or http address of an image to fill it with."
    )
    format = serializers.ChoiceField(
        choices=FORMATS, required=False, help_text="What the image is. It is checked, never guessed."
    )
    checksum = Text(required=False, allow_blank=True, help_text="As in sha256:9f86…, of the image.")


class UploadVolume(NewVolumeValues):
    """A volume whose image will be sent."""

    format = serializers.ChoiceField(choices=FORMATS)
    checksum = Text(required=False, allow_blank=True, help_text="As in sha256:9f86…, of the image.")
    size_bytes = SizeField()


def _create(caller: Caller, values: dict[str, Any]) -> tuple[Volume, Job]:
    if "url" in values:
        return volume_arrivals.fetch(caller, VolumeFile(**{"format": "", **values}))
    return volumes.create(
        caller, NewVolume(**{name: values[name] for name in values if name not in ("format", "checksum")})
    )


def _upload(caller: Caller, values: dict[str, Any]) -> Any:
    volume, ticket = volume_arrivals.upload(caller, VolumeUpload(**values))
    return told(ticket, volume)


def _upload_again(caller: Caller, volume: Volume, values: dict[str, Any]) -> Any:
    return told(volume_arrivals.upload_again(caller, volume, **values), volume)


def _edit(caller: Caller, volume: Volume, values: dict[str, Any]) -> Volume:
    return volumes.rename(caller, volume, values["name"])


VOLUMES = Resource(
    path="volumes",
    noun="volume",
    shape=VolumeShape,
    read=actions.READ_VOLUME,
    rows=queries.volumes_for,
    row=queries.volume_for,
    filters=(
        Filter("name"),
        by_text(),
        Filter("state", choices=STATES),
        Filter("kind", choices=KINDS),
        by_uuid("account"),
        by_uuid("domain", "account__domain__uuid"),
        by_uuid("zone"),
        by_uuid("template"),
        by_uuid("offering"),
        Filter("held_by", kind=UUIDS),
    ),
    orderings=("name", "created_at", "state", "size_bytes"),
    changes=(
        Create(CreateVolume, working(_create), actions.CREATE_VOLUME, works=True),
        Edit(EditVolume, _edit, actions.UPDATE_VOLUME, is_partial=False),
        Remove(working(volumes.delete), actions.DELETE_VOLUME, works=True),
        Verb(
            "destroy",
            volume_bin.destroy,
            actions.DESTROY_VOLUME,
            summary="Put the volume aside, to be recovered or deleted after a while",
        ),
        Verb(
            "upload",
            _upload_again,
            actions.UPLOAD_VOLUME,
            takes=UploadAgain,
            gives=TicketShape,
            summary="Get a new ticket to send the image with",
        ),
        Verb("recover", volume_bin.recover, actions.RECOVER_VOLUME, summary="Take a destroyed volume back"),
    ),
)

VOLUME_UPLOADS = Resource(
    path="volume-uploads",
    noun="volume upload",
    shape=TicketShape,
    read=None,
    changes=(
        Create(
            UploadVolume,
            _upload,
            actions.CREATE_VOLUME,
            gives=TicketShape,
            summary="Create a volume whose image will be sent",
        ),
    ),
)
