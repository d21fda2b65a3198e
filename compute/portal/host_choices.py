"""Hosts to choose from in forms of operators."""

from cloudportal.core.caller import Caller
from compute.topology.models import Zone
from compute.topology.queries import hosts_for

MOST_HOSTS = 500


def host_choices(caller: Caller, zone: Zone | None = None) -> list[tuple[str, str]]:
    """The hosts that the caller sees, of one zone or of all, by place and name."""
    rows = hosts_for(caller).order_by("cluster__pod__zone__name", "name")
    if zone is not None:
        rows = rows.filter(cluster__pod__zone=zone)
    return [
        (str(row.uuid), f"{row.name} in {row.cluster.pod.zone.name}, {row.cluster.name}")
        for row in rows[:MOST_HOSTS]
    ]
