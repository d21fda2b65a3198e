"""Attaching volumes to instances, at the REST door: verbs on volumes, as what attaches owns the link."""

from cloudportal.api.calls import into, working
from cloudportal.api.handlers import added_to
from cloudportal.api.resources import Verb
from cloudportal.api.shapes import Reference, Values, Whole
from compute import actions
from compute.services import attachments
from compute.services.attachments import LAST_PLACE, AttachValues
from storage.api.volumes import VOLUMES


class AttachVolume(Values):
    """Where the volume is to go. Without a `device_index` it gets the first free place; the root disk is at 0."""

    instance = Reference()
    device_index = Whole(min_value=1, max_value=LAST_PLACE, required=False, allow_null=True)


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
        "detach",
        working(attachments.detach),
        actions.DETACH_VOLUME,
        works=True,
        summary="Take the volume from its instance, once that has let go of it",
    ),
)
