"""Zones: created, edited, enabled and disabled, deleted when they are empty."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from uuid import UUID

from django.db import transaction

from cloudportal.core import names, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from cloudportal.events import records
from cloudportal.events.records import About
from compute.topology import actions, queries, states
from compute.topology.dependants import demand_none
from compute.topology.models import Zone
from compute.topology.services.rows import change, given, taken_once


@dataclass(frozen=True, kw_only=True)
class ZoneValues:
    """A zone as an operator wants it. `dns` are name servers; `network_suffix` ends the names of its instances."""

    region_uuid: UUID | str
    name: str
    dns: tuple[str, ...] = ()
    network_suffix: str = ""


@dataclass(frozen=True, kw_only=True)
class ZoneChanges:
    """What may be changed about a zone; None leaves it as it is."""

    name: str | None = None
    dns: tuple[str, ...] | None = None
    network_suffix: str | None = None


@transaction.atomic
def create(caller: Caller, values: ZoneValues) -> Zone:
    """A new zone, enabled and empty. Raises NotFound, InvalidInput, and Conflict for a name that is taken."""
    actions.CREATE_ZONE.permit(caller)
    region = queries.region_for(caller, values.region_uuid)
    name = names.check_label(values.name)
    with taken_once("zone", name):
        zone = Zone.objects.create(
            region=region,
            name=name,
            dns=_dns(values.dns),
            network_suffix=names.check_domain(values.network_suffix, field="network_suffix"),
        )
    records.record(caller, "ZONE.CREATE", About.of(zone), after={"name": name, "region": region.name})
    plans.note("create", f"Creates the zone {name} in {region.name}.", noun="zone")
    return zone


@transaction.atomic
def update(caller: Caller, zone: Zone, changes: ZoneChanges) -> Zone:
    """The zone with the changes. Raises InvalidInput, and Conflict for a name that is taken."""
    actions.UPDATE_ZONE.check(caller, zone)
    values = given(changes)
    if "name" in values:
        values["name"] = names.check_label(values["name"])
    if "dns" in values:
        values["dns"] = _dns(values["dns"])
    if "network_suffix" in values:
        values["network_suffix"] = names.check_domain(values["network_suffix"], field="network_suffix")
    before, after = change(zone, values)
    records.record(caller, "ZONE.EDIT", About.of(zone), before=before, after=after)
    plans.note("update", f"Changes the zone {zone.name}.", before=before, after=after)
    return zone


@transaction.atomic
def enable(caller: Caller, zone: Zone) -> Zone:
    """Tenants may use the zone again."""
    actions.ENABLE_ZONE.check(caller, zone)
    states.ALLOCATION.move(zone, "enable")
    records.record(caller, "ZONE.ENABLE", About.of(zone))
    plans.note("enable", f"Opens the zone {zone.name} to tenants.")
    return zone


@transaction.atomic
def disable(caller: Caller, zone: Zone) -> Zone:
    """The zone takes nothing new and is hidden from tenants; what it has goes on."""
    actions.DISABLE_ZONE.check(caller, zone)
    states.ALLOCATION.move(zone, "disable")
    records.record(caller, "ZONE.DISABLE", About.of(zone))
    plans.note("disable", f"Closes the zone {zone.name} to anything new.")
    return zone


@transaction.atomic
def delete(caller: Caller, zone: Zone) -> None:
    """The zone is gone. Raises Conflict while anything is in it."""
    actions.DELETE_ZONE.check(caller, zone)
    demand_none(zone)
    records.record(caller, "ZONE.DELETE", About.of(zone))
    plans.note("delete", f"Deletes the zone {zone.name}.")
    zone.delete()


def _dns(servers: Iterable[str]) -> list[str]:
    try:
        return [str(ip_address(one.strip())) for one in servers]
    except ValueError as error:
        raise InvalidInput.of("dns", "Write the name servers as IP addresses, such as 9.9.9.9.") from error
