"""The host that an operator wants an instance on: who may name one, and how a job remembers it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from compute.placement_actions import CHOOSE_HOST
from compute.topology import queries as topology
from compute.topology.models import Host, Zone

ARGUMENT = "host"


def chosen_host(caller: Caller, zone: Zone, uuid: UUID | str | None) -> Host | None:
    """The host with this uuid, None where none is named. Raises InvalidInput for callers who may not choose and for a
    host of another zone, and NotFound.
    """
    if uuid is None:
        return None
    # Said before it is looked for, so that nobody learns which hosts there are.
    if not (caller.is_root_admin and caller.may(CHOOSE_HOST.name)):
        raise InvalidInput.of("host", "Only root administrators choose the host. Leave it out.")
    host = topology.host_for(caller, uuid)
    if host.cluster.pod.zone_id != zone.pk:
        raise InvalidInput.of(
            "host", f"{host.name} is not in the zone {zone.name}. Choose a host of that zone."
        )
    return host


def arguments_for(host: Host | None) -> dict[str, str]:
    """What the job is told of it."""
    return {ARGUMENT: str(host.uuid)} if host else {}


def pinned_in(arguments: Mapping[str, Any]) -> UUID | None:
    """The host that a job was told of."""
    said = arguments.get(ARGUMENT)
    return UUID(said) if said else None
