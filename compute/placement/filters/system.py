"""Where the zone is strict about it, a host that prefers an operating system takes no other."""

from collections.abc import Callable, Sequence

from compute.placement.request import Request
from compute.topology.models import Host


def asking(request: Request, hosts: Sequence[Host]) -> Callable[[Host], str | None]:
    """Yes where the host prefers nothing or what the template has, and wherever the zone only prefers."""

    def ask(host: Host) -> str | None:
        if not request.is_system_strict or not host.preferred_os or request.has_system(host):
            return None
        return f"takes only {host.preferred_os}"

    return ask


def reason(request: Request, hosts: Sequence[Host]) -> str:
    """For operators."""
    return f"its operating system is {request.system or 'not known'}, and all of them take only others."


def advice(request: Request) -> str:
    """For tenants."""
    return "No host takes the operating system of this template. Choose another template or another zone."
