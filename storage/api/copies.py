"""What is made of snapshots and volumes at the REST door: volumes and templates."""

from typing import Any
from uuid import UUID

from cloudportal.api.resources import Create, Resource
from cloudportal.api.shapes import Reference, Text, Values, Whole
from cloudportal.api.work import Work
from cloudportal.core.caller import Caller
from storage import actions, queries
from storage.api.templates import TemplateShape
from storage.api.volumes import VolumeShape
from storage.services import snapshots, template_making
from storage.services.snapshots import VolumeOfSnapshot
from storage.services.template_making import NewTemplate
from storage.services.volumes import LARGEST_GIB


class MakeVolume(Values):
    """A volume as its owner wants it. Without a size it is as large as the snapshot's volume was."""

    name = Text(max_length=100)
    disk_offering = Reference(source="offering_uuid", required=False, allow_null=True)
    size_gib = Whole(min_value=1, max_value=LARGEST_GIB, required=False, allow_null=True)


class MakeTemplate(Values):
    """How the template is called. Without a system it has that of what it is made of."""

    name = Text(max_length=100)
    description = Text(required=False, allow_blank=True)
    os_type = Text(max_length=60, required=False, allow_blank=True)


def _volume(caller: Caller, uuid: UUID, values: dict[str, Any]) -> Work:
    snapshot = queries.snapshot_for(caller, uuid)
    volume, job = snapshots.make_volume(caller, snapshot, VolumeOfSnapshot(**values))
    return Work(job, volume)


def _template_of_snapshot(caller: Caller, uuid: UUID, values: dict[str, Any]) -> Work:
    snapshot = queries.snapshot_for(caller, uuid)
    template, job = template_making.of_snapshot(caller, snapshot, NewTemplate(**values))
    return Work(job, template)


def _template_of_volume(caller: Caller, uuid: UUID, values: dict[str, Any]) -> Work:
    volume = queries.volume_for(caller, uuid)
    template, job = template_making.of_volume(caller, volume, NewTemplate(**values))
    return Work(job, template)


VOLUMES_OF_SNAPSHOT = Resource(
    path="snapshots/{snapshot}/volumes",
    noun="volume",
    shape=VolumeShape,
    read=None,
    changes=(
        Create(
            MakeVolume, _volume, actions.USE_SNAPSHOT, works=True, summary="Make a new volume of a snapshot"
        ),
    ),
)
TEMPLATES_OF_SNAPSHOT = Resource(
    path="snapshots/{snapshot}/templates",
    noun="template",
    shape=TemplateShape,
    read=None,
    changes=(
        Create(
            MakeTemplate,
            _template_of_snapshot,
            actions.CREATE_TEMPLATE,
            works=True,
            summary="Make a template of a snapshot",
        ),
    ),
)
TEMPLATES_OF_VOLUME = Resource(
    path="volumes/{volume}/templates",
    noun="template",
    shape=TemplateShape,
    read=None,
    changes=(
        Create(
            MakeTemplate,
            _template_of_volume,
            actions.CREATE_TEMPLATE,
            works=True,
            summary="Make a template of a volume as it is now",
        ),
    ),
)
