"""Regions: created, edited, deleted when they are empty."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from cloudportal.core import names, plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput
from cloudportal.events import records
from cloudportal.events.records import About
from compute.topology import actions
from compute.topology.dependants import demand_none
from compute.topology.models import Region
from compute.topology.services.rows import change, given, taken_once


@dataclass(frozen=True, kw_only=True)
class RegionValues:
    """A region as an operator wants it; `endpoint` is the address of its portal, where it has one of its own."""

    name: str
    endpoint: str = ""


@dataclass(frozen=True, kw_only=True)
class RegionChanges:
    """What may be changed about a region; None leaves it as it is."""

    name: str | None = None
    endpoint: str | None = None


@transaction.atomic
def create(caller: Caller, values: RegionValues) -> Region:
    """A new region. Raises InvalidInput, and Conflict for a name that is taken."""
    actions.CREATE_REGION.permit(caller)
    name = names.check_label(values.name)
    with taken_once("region", name):
        region = Region.objects.create(name=name, endpoint=_endpoint(values.endpoint))
    records.record(caller, "REGION.CREATE", About.of(region), after={"name": name})
    plans.note("create", f"Creates the region {name}.", noun="region")
    return region


@transaction.atomic
def update(caller: Caller, region: Region, changes: RegionChanges) -> Region:
    """The region with the changes. Raises InvalidInput, and Conflict for a name that is taken."""
    actions.UPDATE_REGION.check(caller, region)
    values = given(changes)
    if "name" in values:
        values["name"] = names.check_label(values["name"])
    if "endpoint" in values:
        values["endpoint"] = _endpoint(values["endpoint"])
    before, after = change(region, values)
    records.record(caller, "REGION.UPDATE", About.of(region), before=before, after=after)
    plans.note("update", f"Changes the region {region.name}.", before=before, after=after)
    return region


@transaction.atomic
def delete(caller: Caller, region: Region) -> None:
    """The region is gone. Raises Conflict while it has zones."""
    actions.DELETE_REGION.check(caller, region)
    demand_none(region)
    records.record(caller, "REGION.DELETE", About.of(region))
    plans.note("delete", f"Deletes the region {region.name}.")
    region.delete()


def _endpoint(value: str) -> str:
    endpoint = value.strip()
    if not endpoint:
        return ""
    try:
        URLValidator(schemes=["http", "https"])(endpoint)
    except ValidationError as error:
        raise InvalidInput.of(
            "endpoint", "Write a web address such as https://cloud.example.org/."
        ) from error
    return endpoint
