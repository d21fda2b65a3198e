"""What SQL says about hosts before Python looks at any: where, accepting, able to run guests, with room."""

from dataclasses import dataclass

from django.db.models import Count, Q

from cloudportal.core.scoping import ScopedQuerySet
from compute.placement.funnel import Stage
from compute.placement.request import Request
from compute.topology import states
from compute.topology.abilities import drivers_that_can
from compute.topology.claims import has_room
from compute.topology.models import Host

_ACCEPTING = Q(
    state=states.UP,
    cluster__state=states.ENABLED,
    cluster__pod__state=states.ENABLED,
    cluster__pod__zone__state=states.ENABLED,
)


@dataclass(frozen=True)
class Survey:
    """How many hosts of the zone pass each of the first checks."""

    in_zone: int
    accepting: int
    able: int
    with_room: int

    def stages(self) -> tuple[Stage, ...]:
        """The first stages of every funnel."""
        return (
            Stage(
                "zone",
                self.in_zone,
                reason="the zone has no hosts.",
                advice="The zone has no hosts yet. Choose another zone.",
            ),
            Stage(
                "enabled",
                self.accepting,
                reason="none is up with its cluster, pod and zone enabled.",
                advice="The zone takes no new instances right now. Choose another zone, or try again later.",
            ),
            Stage(
                "hypervisor",
                self.able,
                reason="none of their drivers can run guests.",
                advice="The zone has no host that could run it. Choose another zone.",
            ),
        )


def survey(request: Request) -> Survey:
    """The counts, in one query."""
    counts = _in_zone(request).aggregate(
        in_zone=Count("pk"),
        accepting=Count("pk", filter=_ACCEPTING),
        able=Count("pk", filter=_ACCEPTING & _able()),
        with_room=Count("pk", filter=_ACCEPTING & _able() & _room(request)),
    )
    return Survey(**counts)


def able_hosts(request: Request) -> list[Host]:
    """Every host that takes instances, full or not, in a fixed order."""
    return list(_in_zone(request).filter(_ACCEPTING, _able()).order_by("pk"))


def hosts_with_room(request: Request) -> list[Host]:
    """Those of them that have the CPUs and the memory."""
    return list(_in_zone(request).filter(_ACCEPTING, _able(), _room(request)).order_by("pk"))


def every_host(request: Request) -> list[Host]:
    """Every host of the zone, whatever its state, in a fixed order."""
    return list(_in_zone(request).order_by("pk"))


def standing(host: Host) -> tuple[str, str]:
    """The check that a host fails whatever is asked of it, and why; empty where it takes instances."""
    if host.state != states.UP:
        return "enabled", f"is {host.state}"
    cluster = host.cluster
    for noun, place in (("cluster", cluster), ("pod", cluster.pod), ("zone", cluster.pod.zone)):
        if place.state != states.ENABLED:
            return "enabled", f"its {noun} {place.name} is {place.state}"
    if host.driver not in drivers_that_can("RunsGuests"):
        return "hypervisor", f"its driver {host.driver} runs no guests"
    return "", ""


def _in_zone(request: Request) -> ScopedQuerySet[Host]:
    return Host.objects.filter(cluster__pod__zone_id=request.zone_id).select_related("cluster__pod__zone")


def _able() -> Q:
    return Q(driver__in=drivers_that_can("RunsGuests"))


def _room(request: Request) -> Q:
    return has_room(request.cpus, request.memory_mib)
