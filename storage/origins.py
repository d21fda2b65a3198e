"""Whose image a disk carries on, however often it is copied. What may not be taken out of a template may not be taken
out of what was made of it.
"""

from cloudportal.core.caller import Caller
from cloudportal.core.errors import Conflict
from storage.models import Snapshot, Template, Volume


def origin_of(thing: Volume | Snapshot | Template) -> Template | None:
    """The template whose image it carries on: the first of the line. None for what began empty or came from outside."""
    if isinstance(thing, Template):
        return thing.origin or thing
    if isinstance(thing, Volume) and thing.origin is None and thing.template is not None:
        return thing.template.origin or thing.template
    return thing.origin


def demand_extractable(caller: Caller, thing: Volume | Template) -> None:
    """Returns where the image may leave the cloud: its origin is the owner's own, or lets everybody take it out, or an
    operator asks. Raises Conflict.
    """
    origin = origin_of(thing)
    if (
        origin is None
        or origin.account_id == thing.account_id
        or origin.is_extractable
        or caller.is_root_admin
    ):
        return
    raise Conflict(
        f"{thing.name} began as {origin.name}, and whoever shares that lets nobody take it out. Ask them for it."
    )
