"""A host must not break a strict affinity group of the instance."""

from collections.abc import Callable, Sequence

from compute.placement.peers import breaks
from compute.placement.request import Request
from compute.topology.models import Host


def asking(request: Request, hosts: Sequence[Host]) -> Callable[[Host], str | None]:
    """Yes where every strict group is kept; what claims at the same moment is asked again by the claim."""

    def ask(host: Host) -> str | None:
        broken = [one.group for one in breaks(request.peers, host.pk)]
        return f"would break the affinity group {', '.join(broken)}" if broken else None

    return ask


def reason(request: Request, hosts: Sequence[Host]) -> str:
    """For operators."""
    strict = ", ".join(one.group for one in request.peers if one.is_strict)
    return f"none of them keeps the strict affinity groups {strict}."


def advice(request: Request) -> str:
    """For tenants, to whom the groups belong."""
    strict = ", ".join(one.group for one in request.peers if one.is_strict)
    return (
        f"No host that has room keeps the affinity rules of {strict}. Stop another member, take the instance out of "
        "the group, or use a group that is preferred and not strict."
    )
