"""What is done to volumes through the instances that have them, at the REST door: what attaches owns the link."""

from cloudportal.api.calls import into, working
from cloudportal.api.handlers import added_to
from cloudportal.api.resources import Verb
from cloudportal.api.shapes import Reference, Values, Whole
from compute import actions
from compute.services import attachments, volume_sizes
from compute.services.attachments import LAST_PLACE, AttachValues
from compute.services.volume_sizes import ResizeValues
from storage.api.volumes import VOLUMES
from storage.services.volumes import LARGEST_GIB


class AttachVolume(Values):
    """Where the volume is to go. Without a `device_index` it gets the first free place; the root disk is at 0."""

    instance = Reference()
    device_index = Whole(min_value=1, max_value=LAST_PLACE, required=False, allow_null=True)


class ResizeVolume(Values):
    """The size and offering that the volume is to have. What is not named stays, as far as the offering lets it."""

    size_gib = Whole(min_value=1, max_value=LARGEST_GIB, required=False, allow_null=True)
    offering = Reference(required=False, allow_null=True)


ATTACHMENTS = added_to(
    VOLUMES,
    Verb(
        "attach",
        working(into(AttachValues, attachments.attach)),
        actions.ATTACH_VOLUME,
        takes=AttachVolume,
        works=True,
        summary="Attach the volume to an instance, running or stopped",
    ),
    Verb(
        "resize",
        working(into(ResizeValues, volume_sizes.resize)),
        actions.RESIZE_VOLUME,
        takes=ResizeVolume,
        works=True,
        summary="Make the volume larger, also under a running instance, or change its offering",
    ),
    Verb(
        "detach",
        working(attachments.detach),
        actions.DETACH_VOLUME,
        works=True,
        summary="Take the volume from its instance, once that has let go of it",
    ),
)
