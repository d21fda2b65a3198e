"""What the start page shows operators of the hosts."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.portal import formats, home
from cloudportal.portal.figures import Figure
from compute.topology import actions, queries, states
from compute.topology.portal.hosts import NOT_UP, most_cpus, most_memory_mib

_READ = (
    "state",
    "cpus",
    "memory_mib",
    "reserved_memory_mib",
    "claimed_cpus",
    "claimed_memory_mib",
    "cluster__cpu_overcommit",
    "cluster__memory_overcommit",
)


def _room(caller: Caller) -> dict[str, Any] | None:
    """How much may be given away and how much is, on the hosts that take anything: what lies on others is no room."""
    rows = queries.hosts_for(caller).select_related(None).select_related("cluster")
    hosts = list(rows.only(*_READ))
    if not hosts:
        return None
    up = [host for host in hosts if host.state == states.UP]
    cpus, memory = sum(map(most_cpus, up)), sum(map(most_memory_mib, up))
    claimed_cpus = sum(host.claimed_cpus for host in up)
    claimed_memory = sum(host.claimed_memory_mib for host in up)
    figures = [
        # As a bar this would turn red when all is well.
        Figure("Hosts up", len(up), None, f"{len(up)}", f"{len(hosts)}", _not_up(len(hosts) - len(up))),
        Figure("CPUs given away", claimed_cpus, cpus, f"{claimed_cpus}", f"{cpus}"),
        Figure("Memory given away", claimed_memory, memory, formats.mib(claimed_memory), formats.mib(memory)),
    ]
    return {"figures": figures}


def _not_up(count: int) -> str:
    if not count:
        return ""
    return format_html('<a href="{}?state={}">{} not up</a>', reverse("portal:hosts"), NOT_UP, count)


home.panel(
    "hosts",
    "Room on the hosts",
    "portal/home/figures.html",
    _room,
    order=12,
    action=actions.READ_HOST,
    least=RoleKind.ROOT_ADMIN,
)
