"""Regions and zones: where the cloud stands, as operators lay it out."""

from typing import Any

from django import forms

from cloudportal.core.caller import Caller
from cloudportal.core.permissions import RoleKind
from cloudportal.events.portal.events import events_panel
from cloudportal.portal import cells, menu, subjects
from cloudportal.portal.buttons import PageLink, RowAction, RowLink
from cloudportal.portal.choices import words_of
from cloudportal.portal.columns import Column
from cloudportal.portal.details import DetailPage
from cloudportal.portal.forms import PortalForm, adding, editing
from cloudportal.portal.lists import ListPage
from cloudportal.portal.panels import Fact, Facts, Table
from cloudportal.portal.queries import Filter
from compute.topology import actions, queries, states
from compute.topology.models import Region, Zone
from compute.topology.services import regions, zones
from compute.topology.services.regions import RegionChanges, RegionValues
from compute.topology.services.zones import ZoneChanges, ZoneValues

ROOT = RoleKind.ROOT_ADMIN
PLACE_STATES = [(states.ENABLED, states.ENABLED), (states.DISABLED, states.DISABLED)]


def _region_link(zone: Zone) -> Any:
    return cells.link(zone.region.name, "region", zone.region.uuid)


def _zone_link(zone: Zone) -> Any:
    return cells.link(zone.name, "zone", zone.uuid)


class RegionForm(PortalForm):
    """A region's name and address."""

    name = forms.CharField(max_length=100)
    endpoint = forms.URLField(
        required=False,
        assume_scheme="https",
        help_text="Where the portal of this region answers, if it is another one than this.",
    )

    def shape(self) -> None:
        """Begins with the region's values."""
        if self.row is not None:
            self.initial = {"name": self.row.name, "endpoint": self.row.endpoint}


class ZoneForm(PortalForm):
    """A zone's name, region and name servers."""

    region_uuid = forms.ChoiceField(label="Region")
    name = forms.CharField(
        max_length=100, help_text="What tenants choose, such as the town of the data centre."
    )
    dns = forms.CharField(
        label="Name servers",
        required=False,
        help_text="IP addresses for the guests, with commas between them.",
    )
    network_suffix = forms.CharField(
        label="Domain name of the guests",
        required=False,
        max_length=100,
        help_text="It ends the names of instances, as in zone1.example.org.",
    )

    def shape(self) -> None:
        """Offers the regions, or begins with the zone's values, whose region stays."""
        if self.row is None:
            self.offer("region_uuid", [(str(one.uuid), one.name) for one in queries.regions_for(self.caller)])
            return
        del self.fields["region_uuid"]
        zone: Zone = self.row
        self.initial = {"name": zone.name, "dns": ", ".join(zone.dns), "network_suffix": zone.network_suffix}


def _add_region(caller: Caller, row: None, values: dict[str, Any]) -> Region:
    return regions.create(caller, RegionValues(**values))


def _edit_region(caller: Caller, region: Region, values: dict[str, Any]) -> Region:
    return regions.update(caller, region, RegionChanges(**values))


def _add_zone(caller: Caller, row: None, values: dict[str, Any]) -> Zone:
    return zones.create(caller, ZoneValues(**{**values, "dns": words_of(values["dns"])}))


def _edit_zone(caller: Caller, zone: Zone, values: dict[str, Any]) -> Zone:
    return zones.update(caller, zone, ZoneChanges(**{**values, "dns": words_of(values["dns"])}))


REGIONS = ListPage(
    route="regions",
    path="infrastructure/regions/",
    title="Regions",
    nouns="regions",
    icon="zone",
    rows=queries.regions_for,
    columns=(
        Column("name", "Name", lambda region: cells.link(region.name, "region", region.uuid), sort="name"),
        Column("endpoint", "Address", "endpoint"),
        Column("created", "Created", lambda region: cells.moment(region.created_at), sort="created_at"),
    ),
    about="A region holds zones that are run together. The first one comes before everything else.",
    search=("name",),
    create=PageLink("Add region", "region-add", actions.CREATE_REGION),
)
REGION = DetailPage(
    route="region",
    path="infrastructure/regions/",
    noun="region",
    row=queries.region_for,
    parent="regions",
    parent_label="Regions",
    state=None,
    panels=(
        Facts(
            "Region",
            (
                Fact("Address", "endpoint"),
                Fact("Created", lambda region: cells.exact_moment(region.created_at)),
                Fact("Id", lambda region: cells.copyable(region.uuid)),
            ),
        ),
        Table(
            "Zones",
            lambda caller, region: queries.zones_for(caller).filter(region=region),
            (
                Column("name", "Name", _zone_link),
                Column("state", "State", lambda zone: cells.state(zone.state)),
            ),
            empty="There is no zone in this region yet.",
            add=RowLink(
                actions.CREATE_ZONE, "zone-add", icon="plus", label="Add zone", parameter="region_uuid"
            ),
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowLink(actions.UPDATE_REGION, "region-edit", icon="edit"),
        RowAction(
            actions.DELETE_REGION, regions.delete, icon="trash", done="{name} is deleted.", goes_away=True
        ),
    ),
)
ZONES = ListPage(
    route="zones",
    path="infrastructure/zones/",
    title="Zones",
    nouns="zones",
    icon="zone",
    rows=queries.zones_for,
    columns=(
        Column("name", "Name", _zone_link, sort="name"),
        Column("state", "State", lambda zone: cells.state(zone.state), sort="state"),
        Column("region", "Region", _region_link, sort="region__name"),
        Column("dns", "Name servers", lambda zone: ", ".join(zone.dns), on_phone=False),
        Column(
            "created",
            "Created",
            lambda zone: cells.moment(zone.created_at),
            sort="created_at",
            on_phone=False,
        ),
    ),
    about="A zone is what tenants choose when they deploy: usually one data centre.",
    search=("name", "region__name"),
    filters=(Filter("state", "State", "state", lambda caller: PLACE_STATES),),
    create=PageLink("Add zone", "zone-add", actions.CREATE_ZONE),
)
ZONE = DetailPage(
    route="zone",
    path="infrastructure/zones/",
    noun="zone",
    row=queries.zone_for,
    parent="zones",
    parent_label="Zones",
    panels=(
        Facts(
            "Zone",
            (
                Fact("Region", _region_link, least=ROOT),
                Fact("Name servers", lambda zone: ", ".join(zone.dns)),
                Fact("Domain name", "network_suffix"),
                Fact("Created", lambda zone: cells.exact_moment(zone.created_at)),
                Fact("Id", lambda zone: cells.copyable(zone.uuid)),
            ),
        ),
        Table(
            "Pods",
            lambda caller, zone: queries.pods_for(caller).filter(zone=zone),
            (
                Column("name", "Name", lambda pod: cells.link(pod.name, "pod", pod.uuid)),
                Column("state", "State", lambda pod: cells.state(pod.state)),
            ),
            empty="There is no pod in this zone yet. A pod is the hosts behind one switch.",
            add=RowLink(actions.CREATE_POD, "pod-add", icon="plus", label="Add pod", parameter="zone_uuid"),
            least=ROOT,
        ),
        events_panel(place="side"),
    ),
    buttons=(
        RowAction(
            actions.ENABLE_ZONE,
            zones.enable,
            icon="play",
            is_first=True,
            done="{name} takes instances again.",
        ),
        RowLink(actions.UPDATE_ZONE, "zone-edit", icon="edit"),
        RowAction(actions.DISABLE_ZONE, zones.disable, icon="stop", done="{name} takes nothing new."),
        RowAction(actions.DELETE_ZONE, zones.delete, icon="trash", done="{name} is deleted.", goes_away=True),
    ),
)

FORMS = (
    adding(
        REGION,
        title="Add a region",
        action=actions.CREATE_REGION,
        form=RegionForm,
        submit=_add_region,
        button="Add region",
        done=lambda region: f"{region.name} is there. Add its first zone.",
    ),
    editing(REGION, action=actions.UPDATE_REGION, form=RegionForm, submit=_edit_region),
    adding(
        ZONE,
        title="Add a zone",
        action=actions.CREATE_ZONE,
        form=ZoneForm,
        submit=_add_zone,
        button="Add zone",
        done=lambda zone: f"{zone.name} is there. Add its first pod.",
    ),
    editing(ZONE, action=actions.UPDATE_ZONE, form=ZoneForm, submit=_edit_zone),
)

menu.entry(
    "Zones", "zones", icon="zone", section="Infrastructure", order=20, action=actions.READ_ZONE, least=ROOT
)
subjects.shown_at("zone", "zone")
subjects.shown_at("region", "region")

urlpatterns = [
    *(pattern for form in FORMS for pattern in form.urls()),
    *REGIONS.urls(),
    *REGION.urls(),
    *ZONES.urls(),
    *ZONE.urls(),
]
