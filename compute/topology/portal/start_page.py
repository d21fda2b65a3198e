"""What the start page shows operators of the hosts."""

from typing import Any

from django.db.models import Count, Q, Sum

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.portal import formats, home
from cloudportal.portal.figures import Figure
from compute.topology import actions, queries, states


def _room(caller: Caller) -> dict[str, Any] | None:
    found = queries.hosts_for(caller).aggregate(
        hosts=Count("pk"),
        up=Count("pk", filter=Q(state=states.UP)),
        cpus=Sum("cpus", default=0),
        claimed_cpus=Sum("claimed_cpus", default=0),
        memory=Sum("memory_mib", default=0),
        claimed_memory=Sum("claimed_memory_mib", default=0),
    )
    if not found["hosts"]:
        return None
    down = found["hosts"] - found["up"]
    figures = [
        # As a bar this would turn red when all is well.
        Figure(
            "Hosts up",
            found["up"],
            None,
            f"{found['up']}",
            f"{found['hosts']}",
            f"{down} not up" if down else "",
        ),
        Figure(
            "CPUs given away",
            found["claimed_cpus"],
            found["cpus"],
            f"{found['claimed_cpus']}",
            f"{found['cpus']}",
        ),
        Figure(
            "Memory given away",
            found["claimed_memory"],
            found["memory"],
            formats.mib(found["claimed_memory"]),
            formats.mib(found["memory"]),
        ),
    ]
    return {"figures": figures}


home.panel(
    "hosts",
    "Room on the hosts",
    "portal/home/figures.html",
    _room,
    order=12,
    action=actions.READ_HOST,
    least=RoleKind.ROOT_ADMIN,
)
