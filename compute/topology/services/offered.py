"""To whom and where operators offer something: said in uuids, checked, kept, and asked when it is chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput, NotFound
from compute.topology import queries
from compute.topology.models import Offered, Zone
from tenants.models import Domain
from tenants.queries import domain_for

MOST_BOUND = 200


@dataclass(frozen=True)
class Reach:
    """The domains and zones that something is bound to. None leaves that as it is; an empty one opens it to all."""

    domains: tuple[Domain, ...] | None = None
    zones: tuple[Zone, ...] | None = None


def reach_for(
    caller: Caller, domains: Iterable[UUID | str] | None, zones: Iterable[UUID | str] | None
) -> Reach:
    """The rows with these uuids. Raises NotFound, and InvalidInput for too many."""
    return Reach(
        None if domains is None else tuple(domain_for(caller, uuid) for uuid in _few("domains", domains)),
        None if zones is None else tuple(queries.zone_for(caller, uuid) for uuid in _few("zones", zones)),
    )


def bind(row: Offered, reach: Reach) -> None:
    """The row is bound to exactly these; needs an open transaction."""
    if reach == Reach():
        return
    if reach.domains is not None:
        row.is_domain_bound = bool(reach.domains)
        row.domains.set(reach.domains)
    if reach.zones is not None:
        row.is_zone_bound = bool(reach.zones)
        row.zones.set(reach.zones)
    row.save(update_fields=["is_domain_bound", "is_zone_bound"])
    _note(row, reach)


def shown_reach(row: Offered) -> dict[str, list[str] | None]:
    """What the row is bound to, by name, for events; None for no bond."""
    return {
        "domains": sorted(str(one) for one in row.domains.order_by()) if row.is_domain_bound else None,
        "zones": sorted(str(one) for one in row.zones.order_by()) if row.is_zone_bound else None,
    }


def demand_open(row: Offered, domain: Domain, zone: Zone, *, field: str = "offering") -> None:
    """Returns where something of the domain, in the zone, may have the row.

    Raises NotFound for a domain that must not know of it, InvalidInput for one that is closed or not offered there.
    """
    if not row.is_open_to(domain):
        raise NotFound(noun=str(row._meta.verbose_name), uuid=row.uuid)
    if not row.is_active:
        raise InvalidInput.of(field, f"{row} is closed to new choices. Choose another.")
    if not row.is_open_in(zone):
        raise InvalidInput.of(field, f"{row} is not offered in the zone {zone.name}. Choose another.")


def _few(field: str, uuids: Iterable[UUID | str]) -> list[UUID | str]:
    wanted = list(dict.fromkeys(uuids))
    if len(wanted) > MOST_BOUND:
        raise InvalidInput.of(field, f"Use at most {MOST_BOUND}.")
    return wanted


def _note(row: Offered, reach: Reach) -> None:
    if reach.domains:
        names = ", ".join(one.name for one in reach.domains)
        plans.note("bind", f"Only {names} and the domains below may choose {row}.", noun="domain")
    if reach.zones:
        names = ", ".join(one.name for one in reach.zones)
        plans.note("bind", f"{row} may be chosen in {names} only.", noun="zone")
