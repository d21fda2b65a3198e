"""Whether there is room, said before a job is submitted, so that nobody waits for a refusal."""

from dataclasses import replace

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import NoRoom
from compute.models import Instance
from compute.placement.choice import NoPlacement, preview
from compute.placement.kept import objection
from compute.placement.orders import FIRST_FIT
from compute.placement.request import Request
from compute.placement.verdicts import verdicts
from compute.topology.models import Host
from storage.models import Volume


def foresee_placement(
    caller: Caller, instance: Instance, volume: Volume | None, host: Host | None = None
) -> None:
    """Returns where some host, or the chosen `host`, could take the instance now, or has a claim where it may stay, and
    notes it in the plan. Raises NoRoom, which tells whoever chose why that host does not do, also where the instance
    would have to leave a host that does not answer.

    Whether there still is room is decided when the job claims it.
    """
    # Whether there is one does not depend on the order, which the operator's own class might spoil.
    request = replace(Request.of(instance, volume), pinned=host.uuid if host else None)
    own = _kept(instance)
    if own is not None and not objection(request, own):
        where = (
            f"It has its place on the host {own.name}." if caller.is_root_admin else "There is room for it."
        )
        plans.note("placement", where)
        return
    if own is not None and own.is_silent:
        raise _cannot_leave(caller, own)
    found = preview(request, order=FIRST_FIT)
    if not found.hosts and host is not None:
        raise NoRoom(reason=found.funnel.sentence, funnel=found.funnel.for_operators())
    if not found.hosts:
        raise NoPlacement(found.funnel)
    if caller.is_root_admin:
        hosts = _by_host(request) if plans.is_planning() else []
        plans.note("placement", found.funnel.sentence, funnel=found.funnel.for_operators(), hosts=hosts)
    else:
        plans.note("placement", "There is room for it.", funnel=found.funnel.for_tenants())


def _kept(instance: Instance) -> Host | None:
    if instance.host_id is None:
        return None
    return Host.objects.select_related("cluster__pod__zone").get(pk=instance.host_id)


def _cannot_leave(caller: Caller, host: Host) -> NoRoom:
    if caller.is_root_admin:
        return NoRoom(
            reason=f"Its last host {host.name} does not answer, and something of it may be there. Bring that host "
            "back, or accept what was found about the instance if you know that the host is off."
        )
    return NoRoom(
        reason="Its last host does not answer, and something of it may be there. It can start when that host answers "
        "again, or whoever runs this cloud has made sure that it is off."
    )


def _by_host(request: Request) -> list[dict[str, str]]:
    """What each host says, for operators. Without ranks: chance may have a part in them, and a plan must stay the same
    while nothing has changed.
    """
    found = sorted(verdicts(request, order=FIRST_FIT), key=lambda one: one.host.pk)
    return [{"host": one.host.name, "check": one.check, "reason": one.reason} for one in found]
