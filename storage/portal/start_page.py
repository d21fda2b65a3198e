"""What the start page shows operators of the storage pools."""

from typing import Any

from django.db.models import Sum

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.portal import formats, home
from cloudportal.portal.figures import Figure
from storage import actions, queries


def _room(caller: Caller) -> dict[str, Any] | None:
    found = queries.pools_for(caller).aggregate(
        capacity=Sum("capacity_bytes", default=0),
        used=Sum("used_bytes", default=0),
        claimed=Sum("claimed_bytes", default=0),
    )
    if not found["capacity"]:
        return None
    capacity = found["capacity"]
    figures = [
        Figure("Written", found["used"], capacity, formats.size(found["used"]), formats.size(capacity)),
        # More than there is may be promised, by each pool's over-commitment.
        Figure("Promised to volumes", found["claimed"], None, formats.size(found["claimed"])),
    ]
    return {"figures": figures}


home.panel(
    "pools",
    "Room in the pools",
    "portal/home/figures.html",
    _room,
    order=14,
    action=actions.READ_POOL,
    least=RoleKind.ROOT_ADMIN,
)
