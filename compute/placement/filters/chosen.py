"""Where an operator chose the host, no other will do."""

from collections.abc import Callable, Sequence

from compute.placement import narrowing
from compute.placement.request import Request
from compute.topology.models import Host


def asking(request: Request, hosts: Sequence[Host]) -> Callable[[Host], str | None]:
    """Yes for the chosen host, and for every one where none was chosen."""

    def ask(host: Host) -> str | None:
        return None if request.pinned in (None, host.uuid) else "is not the chosen host"

    return ask


def reason(request: Request, hosts: Sequence[Host]) -> str:
    """For operators: why the chosen host is not among those that take instances."""
    named = Host.objects.filter(uuid=request.pinned) if request.pinned else Host.objects.none()
    chosen = named.select_related("cluster__pod__zone").first()
    if chosen is None:
        return "the chosen host is not there any more."
    _, standing = narrowing.standing(chosen)
    return f"the chosen host {chosen.name} does not take it: {standing or 'it is not in this zone'}."


def advice(request: Request) -> str:
    """For tenants."""
    return "The host that was chosen for it cannot take it now. Start it on whichever host has room."
