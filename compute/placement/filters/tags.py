"""A host must have every tag that the size asks for."""

from collections.abc import Callable, Sequence

from compute.placement.request import Request
from compute.topology.models import Host


def asking(request: Request, hosts: Sequence[Host]) -> Callable[[Host], str | None]:
    """Yes where no tag is missing."""
    wanted = set(request.host_tags)

    def ask(host: Host) -> str | None:
        missing = sorted(wanted - set(host.tags))
        return f"has no tag {', '.join(missing)}" if missing else None

    return ask


def reason(request: Request, hosts: Sequence[Host]) -> str:
    """For operators."""
    return f"needs the tags {', '.join(sorted(request.host_tags))}, and none has them all."


def advice(request: Request) -> str:
    """For tenants."""
    return "No host of the kind that this size asks for is there. Choose another size or another zone."
