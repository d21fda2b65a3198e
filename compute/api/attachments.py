"""What is done to volumes through the instances that have them, at the REST door: what attaches owns the link."""

from cloudportal.api.calls import into, working
from cloudportal.api.handlers import added_to
from cloudportal.api.resources import Verb
from cloudportal.api.shapes import Reference, Text, Values, Whole
from compute import actions
from compute.services import attachments, pool_maintenance, volume_copies, volume_sizes
from compute.services.attachments import LAST_PLACE, AttachValues
from compute.services.volume_copies import CloneValues, MoveValues
from compute.services.volume_sizes import ResizeValues
from storage.api.pools import POOLS
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


class CloneVolume(Values):
    """What the copy is called."""

    name = Text(max_length=100)


class MoveVolume(Values):
    """Where the volume is to lie."""

    pool = Reference()


OF_VOLUMES = added_to(
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
        "clone",
        working(into(CloneValues, volume_copies.clone)),
        actions.CLONE_VOLUME,
        takes=CloneVolume,
        works=True,
        summary="Create another volume with a copy of what is on this one",
    ),
    Verb(
        "move",
        working(into(MoveValues, volume_copies.move)),
        actions.MOVE_VOLUME,
        takes=MoveVolume,
        works=True,
        summary="Move the volume to another pool, also under a running instance",
    ),
    Verb(
        "detach",
        working(attachments.detach),
        actions.DETACH_VOLUME,
        works=True,
        summary="Take the volume from its instance, once that has let go of it",
    ),
)
OF_POOLS = added_to(
    POOLS,
    Verb(
        "evacuate",
        working(pool_maintenance.evacuate),
        actions.EVACUATE_POOL,
        works=True,
        summary="Move everything to other pools and put the pool into maintenance",
    ),
)
ATTACHMENTS = (*OF_VOLUMES, *OF_POOLS)
