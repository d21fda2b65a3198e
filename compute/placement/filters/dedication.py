"""A host that is dedicated is for its owner alone, and a confined owner has only what is dedicated to it."""

from collections.abc import Callable, Sequence

from compute.placement.request import Request
from compute.topology.models import Host


def asking(request: Request, hosts: Sequence[Host]) -> Callable[[Host], str | None]:
    """Yes where nothing around the host is dedicated to others, and where its owner may go."""
    others, own = request.others_dedications, request.own_dedications
    is_confined = any(one.is_confining for one in own)

    def ask(host: Host) -> str | None:
        kept = next((one for one in others if one.covers(host)), None)
        if kept is not None:
            return f"is dedicated to {kept.owner} as {kept}"
        if is_confined and not any(one.covers(host) for one in own):
            return "is not dedicated to its owner, who is confined to what is"
        return None

    return ask


def reason(request: Request, hosts: Sequence[Host]) -> str:
    """For operators."""
    if any(one.is_confining for one in request.own_dedications):
        return "its owner is confined to what is dedicated to it, and none of them is."
    return "all of them are dedicated to others."


def advice(request: Request) -> str:
    """For tenants."""
    return (
        "No host that has room is open to your account there. Choose another zone, or ask your administrator."
    )
